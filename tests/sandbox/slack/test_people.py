import json
import time
import urllib.error
import urllib.request
from http.client import RemoteDisconnected

import pytest
from slack_sdk.webhook import WebhookClient

from sandbox.slack.process import ControlError

BUTTON = {"type": "button", "action_id": "approve", "text": {"type": "plain_text", "text": "Go on"}, "value": "run-7"}
OPTIONS = [{"text": {"type": "plain_text", "text": name}, "value": name} for name in ("one", "two")]
SELECT = {"type": "static_select", "action_id": "pick", "options": OPTIONS}
BLOCKS = [{"type": "actions", "block_id": "choice", "elements": [BUTTON, SELECT]}]


@pytest.fixture
def posted(client):
    return client.chat_postMessage(channel="ops", text="Go on?", blocks=BLOCKS)


def click(slack, posted, **given):
    where = {"user": "mina", "channel": posted["channel"], "ts": posted["ts"], "action_id": "approve"}
    return slack.act("click", **where | given)


def messages(slack, name="ops"):
    return next(each for each in slack.workspace()["channels"] if each["name"] == name)["messages"]


def test_a_click_reaches_the_app(slack, app, posted):
    assert click(slack, posted)["acknowledged"]
    payload = app.next().payload
    assert (payload["type"], payload["user"]["username"]) == ("block_actions", "mina")
    assert payload["container"]["message_ts"] == payload["message"]["ts"] == posted["ts"]
    action = payload["actions"][0]
    assert (action["action_id"], action["block_id"], action["value"]) == ("approve", "choice", "run-7")
    assert payload["trigger_id"]
    assert payload["response_url"].startswith(slack.url)


def test_a_choice_in_a_menu_reaches_the_app(slack, app, posted):
    click(slack, posted, action_id="pick", value="two")
    payload = app.next().payload
    assert payload["actions"][0]["selected_option"]["value"] == "two"
    assert payload["state"]["values"]["choice"]["pick"]["selected_option"]["value"] == "two"


def test_a_click_that_nobody_takes_is_not_sent_again(slack, app, posted):
    slack.set(ack_seconds=0.05)
    app.silent = 9
    answer = click(slack, posted)
    assert (answer["acknowledged"], answer["problems"]) == (False, ["timeout"])
    app.next()  # which may come later than its time was over
    assert app.requests.empty()


@pytest.mark.parametrize(
    "given",
    [
        {"user": "nobody"},
        {"channel": "nowhere"},
        {"ts": "1.000100"},
        {"action_id": "x"},
        {"action_id": "pick", "value": "x"},
    ],
)
def test_what_nobody_could_click_is_refused(slack, posted, given):
    with pytest.raises(ControlError):
        click(slack, posted, **given)


def test_a_command_reaches_the_app(slack, app):
    assert slack.act("command", user="mina", channel="ops", command="/ops", text="run deploy")["acknowledged"]
    request = app.next()
    payload = request.payload
    assert (request.type, request.accepts_response_payload) == ("slash_commands", True)
    assert (payload["command"], payload["text"], payload["user_name"]) == ("/ops", "run deploy", "mina")
    assert payload["channel_name"] == "ops"


@pytest.mark.parametrize(("kind", "seen"), [(None, "U0MINAKIM1"), ("ephemeral", "U0MINAKIM1"), ("in_channel", "")])
def test_the_acknowledgement_of_a_command_is_a_message(slack, app, kind, seen):
    app.answers = {"text": "Started.", "response_type": kind}
    slack.act("command", user="mina", channel="random", command="/ops", text="")
    (shown,) = messages(slack, "random")
    assert (shown["text"], shown["seen_by"]) == ("Started.", seen)


def test_a_command_that_times_out_is_told_to_the_person(slack, app):
    slack.set(ack_seconds=0.05)
    app.silent = 1
    answer = slack.act("command", user="mina", channel="ops", command="/ops")
    assert answer["error"] == "operation_timeout"
    assert "operation_timeout" in messages(slack)[0]["text"]


def test_a_response_url_writes_to_the_person_or_the_channel(slack, app):
    url = slack.act("command", user="mina", channel="ops", command="/ops")["response_url"]
    hook = WebhookClient(url)
    assert hook.send(text="for you").body == "ok"
    hook.send(text="for all", response_type="in_channel")
    assert [(each["text"], each["seen_by"]) for each in messages(slack)] == [("for you", "U0MINAKIM1"), ("for all", "")]


def test_a_response_url_replaces_and_deletes_the_original(slack, app, posted):
    hook = WebhookClient(click(slack, posted)["response_url"])
    hook.send(text="Approved.", replace_original=True)
    assert [(each["text"], each.get("blocks")) for each in messages(slack)] == [("Approved.", None)]
    hook.send(text="", delete_original=True)
    assert messages(slack) == []


def test_the_answer_of_a_response_url_may_be_lost(slack, app):
    hook = WebhookClient(slack.act("command", user="mina", channel="ops", command="/ops")["response_url"])
    hook.retry_handlers.clear()
    slack.fault("lost", method="response_url", count=1)
    with pytest.raises(RemoteDisconnected):
        hook.send(text="for you")
    assert [each["text"] for each in messages(slack)] == ["for you"]


def test_a_response_url_is_good_five_times(slack, app):
    hook = WebhookClient(slack.act("command", user="mina", channel="ops", command="/ops")["response_url"])
    statuses = [hook.send(text=str(number)).status_code for number in range(6)]
    assert statuses == [200] * 5 + [404]


def test_a_response_url_is_good_for_half_an_hour(slack, app):
    url = slack.act("command", user="mina", channel="ops", command="/ops")["response_url"]
    slack.set(speed=1800 * 100)
    time.sleep(0.02)
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(url, b"{}")
    assert json.load(caught.value)["error"] == "expired_url"


def test_the_home_tab_is_opened_and_published(slack, app, client):
    slack.act("home", user="mina")
    event = app.next().payload["event"]
    assert (event["type"], event["tab"], event["channel"][0]) == ("app_home_opened", "home", "D")
    view = client.views_publish(user_id=event["user"], view={"type": "home", "blocks": BLOCKS})["view"]
    slack.act("click", user="mina", view_id=view["id"], action_id="approve")
    assert app.next().payload["container"] == {"type": "view", "view_id": view["id"]}


def test_nobody_writes_in_an_archived_channel(slack):
    slack.act("archive", channel="ops")
    with pytest.raises(ControlError):
        slack.act("message", user="mina", channel="ops", text="x")
