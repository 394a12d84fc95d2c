"""Who asks for something in Slack, and where an answer reaches them, as each kind of payload tells it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .limits import at
from .people import Claim

Body = Mapping[str, Any]


@dataclass(frozen=True)
class Asker:
    """`source`: what names the request, the same when it is delivered again. `trigger`: opens one view, within three
    seconds. `thread`: of the message, empty outside of one. `direct`: nobody else reads that channel.
    """

    who: Claim
    source: str
    channel: str = ""
    ts: str = ""
    thread: str = ""
    response_url: str = ""
    trigger: str = ""
    direct: bool = False


def of_command(body: Body) -> Asker:
    """Slack docs: Implementing slash commands."""
    return Asker(
        who=Claim(at(body, "team_id"), at(body, "user_id")),
        source=at(body, "trigger_id"),
        channel=at(body, "channel_id"),
        response_url=at(body, "response_url"),
        trigger=at(body, "trigger_id"),
    )


def of_interaction(body: Body) -> Asker:
    """A button or a view. Slack docs: block_actions payload, view_submission payload."""
    return Asker(
        who=Claim(at(body, "user.team_id") or at(body, "team.id"), at(body, "user.id")),
        source=at(body, "view.id") if body.get("type") == "view_submission" else at(body, "trigger_id"),
        channel=at(body, "channel.id"),
        ts=at(body, "message.ts"),
        thread=at(body, "message.thread_ts"),
        response_url=at(body, "response_url"),
        trigger=at(body, "trigger_id"),
    )


def of_event(body: Body) -> Asker:
    """A message or the opened Home. Slack docs: Events API, app_mention event, message event."""
    team = at(body, "event.user_team") or at(body, "event.team") or at(body, "team_id")
    return Asker(
        who=Claim(team, at(body, "event.user")),
        source=at(body, "event_id"),
        channel=at(body, "event.channel"),
        ts=at(body, "event.ts"),
        thread=at(body, "event.thread_ts"),
        direct=at(body, "event.channel_type") == "im",
    )


def by_person(body: Body) -> bool:
    """Whether a person wrote this just now: no bot, we ourselves least of all, and no edit of an older message."""
    event: Any = body.get("event")
    if not isinstance(event, Mapping) or not at(body, "event.user"):
        return False
    own = [each.get("user_id") for each in body.get("authorizations") or () if isinstance(each, Mapping)]
    machine = event.get("bot_id") or event.get("bot_profile") or event.get("subtype") or event.get("edited")
    return not machine and event.get("user") not in own
