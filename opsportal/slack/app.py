"""The one app that takes what Slack sends, by Socket Mode or HTTP alike: it acknowledges first, and works after."""

import re
from functools import lru_cache, partial
from typing import Any

from django.conf import settings
from django.db import close_old_connections
from django.utils.translation import override
from slack_bolt import Ack, App
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient

from ..words import gettext as _
from . import asking, doing, home, pressing, replays, sending, work
from .limits import at
from .logs import quiet

ANY = re.compile(r"[\s\S]*")
Body = dict[str, Any]


@lru_cache
def app() -> App:
    """Bolt's app. It asks Slack nothing, and its own verification of signatures is `receiving.py`'s, which refuses
    what that raises for.
    """
    made = App(
        name="slack_bolt.app",  # of a logger, which is made as quiet
        logger=quiet("slack_bolt"),
        client=WebClient(),
        authorize=authorized,
        request_verification_enabled=False,
        listener_executor=work.ACKS,
    )
    made.command(ANY)(command)
    made.action(ANY)(action)
    made.view(ANY)(view)
    made.event("app_mention")(mention)
    made.event("message")(message)
    made.event("app_home_opened")(home_opened)
    made.event(ANY)(other)
    return made


def authorized(team_id: str | None, user_id: str | None) -> AuthorizeResult:
    """One workspace, one token: whose right it is to do something is asked of the portal, when it is done."""
    return AuthorizeResult(enterprise_id=None, team_id=team_id, user_id=user_id)


def command(ack: Ack, body: Body) -> None:
    """`/ops …`. Slack docs: Implementing slash commands."""
    asker = asking.of_command(body)
    if work.later(partial(doing.typed, asker, at(body, "text"), doing.as_command)):
        ack()
        return
    with override(settings.LANGUAGE_CODE):
        ack(_("There is too much to do at the moment. Try again in a minute."))


def action(ack: Ack, body: Body) -> None:
    """A button. Slack docs: block_actions payload."""
    ack()
    pressed: Body = next(iter(body.get("actions") or ()), {})
    at_home = at(body, "view.type") == "home"
    asker = asking.of_interaction(body)
    work.later(partial(pressing.pressed, asker, at(pressed, "action_id"), at(pressed, "value"), at_home))


def view(ack: Ack, body: Body) -> None:
    """A modal that was sent. Its errors are the acknowledgement."""
    close_old_connections()
    try:
        asker = asking.of_interaction(body)
        ack(**sending.sent(asker, body.get("view") or {}))
    finally:
        close_old_connections()
    work.later(partial(home.publish, asker.who))


def mention(body: Body) -> None:
    """Slack docs: app_mention event."""
    heard(body)


def message(body: Body) -> None:
    """A direct message: what is said in channels is no business of ours. Slack docs: message.im event."""
    if at(body, "event.channel_type") == "im":
        heard(body)


def heard(body: Body) -> None:
    if asking.by_person(body):
        work.later(partial(once, asking.of_event(body), at(body, "event.text")))


def once(asker: asking.Asker, text: str) -> None:
    """An event comes again where its acknowledgement was lost. Slack docs: Events API, Retries."""
    if not replays.again(f"event:{asker.source}"):
        doing.typed(asker, text, doing.as_message)


def home_opened(body: Body) -> None:
    """Slack docs: app_home_opened event."""
    if at(body, "event.tab") == "home":
        work.later(partial(home.publish, asking.of_event(body).who))


def other() -> None:
    """Acknowledged, so that it does not come again."""
