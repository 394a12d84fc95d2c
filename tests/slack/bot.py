"""The bot in this process: the real app, connected to the workspace by slack-sdk's own Socket Mode client."""

import time

from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient

from opsportal.slack import limits, work
from opsportal.slack.app import app

SECONDS = 10


def until(true, seconds=SECONDS):
    """Waits for it and gives what it gave."""
    end = time.monotonic() + seconds
    while not (found := true()):
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.01)
    return found


def connected(workspace):
    """The handler, connected; it is to be closed."""
    client = WebClient(token="xoxb-sandbox", base_url=workspace.api)
    handler = SocketModeHandler(app(), "xapp-sandbox", web_client=client, ping_interval=0.5)
    handler.connect()
    return handler


class Acts:
    """People of the workspace at work, and what the bot says because of it."""

    def __init__(self, slack):
        self.slack = slack

    def command(self, text, user="mina", channel="general"):
        """Types `/ops …`."""
        return self.said(lambda: self.act("command", user=user, channel=channel, command="/ops", text=text))

    def mention(self, text, user="mina", channel="general", **more):
        return self.said(lambda: self.act("message", user=user, channel=channel, text=text, mention=True, **more))

    def message(self, text, user="mina", channel="D", **more):
        return self.said(lambda: self.act("message", user=user, channel=channel, text=text, **more))

    def click(self, message, action, user="mina"):
        """Presses a button of a message that the bot has posted."""
        place = {"channel": message["channel"], "ts": message["ts"]}
        return self.said(lambda: self.act("click", user=user, action_id=action, **place))

    def act(self, what, **given):
        answer = self.slack.act(what, **given)
        if what == "message":
            until(
                lambda: answer["ts"] in [each["payload"].get("event", {}).get("ts") for each in self.slack.deliveries()]
            )
        until(lambda: all(each["acknowledged"] for each in self.slack.deliveries()))
        assert work.drained(SECONDS)
        return answer

    def said(self, act):
        """What the bot has said that it had not before."""
        before = {(each["channel"], each["ts"]) for each in self.posts()}
        act()
        return [each for each in self.posts() if (each["channel"], each["ts"]) not in before]

    def posts(self):
        """All that the bot has said, each with its channel's name."""
        channels = self.slack.workspace()["channels"]
        every = [each | {"channel": channel["name"]} for channel in channels for each in channel["messages"]]
        return [each for each in every if each.get("bot_id")]

    def views(self):
        return self.slack.workspace()["views"]

    def view(self):
        """The one modal that is open."""
        (found,) = self.views()
        return found

    def submit(self, values, view=None, **more):
        """Sends the modal with these values by block; the errors in it, or what is in its place."""
        named = {f"{block}.value": value for block, value in values.items()}
        view = view or self.view()
        answer = self.act("submit", view_id=view["id"], values=named, **more)
        return answer["errors"] or words(answer["answer"]["view"])

    def home(self, user="mina"):
        self.act("home", user=user)
        return next(each for each in self.slack.workspace()["homes"] if each["user"] == IDS[user])


IDS = {"mina": "U0MINAKIM1", "jonas": "U0JONASW01", "amara": "U0AMARA001"}


def words(message):
    """All that is read of a message or a view."""
    return "\n".join([message.get("text") or "", *limits.texts(message["blocks"])])


def buttons(message):
    """The values of its buttons, by what they are called."""
    every = [part for part in limits.within(message["blocks"]) if part.get("type") == "button"]
    return {part["action_id"]: part.get("value", "") for part in every}
