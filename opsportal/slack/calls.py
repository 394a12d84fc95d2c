"""Posting and editing, so that a lost answer leaves one message, and what went wrong is one of three things.

chat.postMessage knows no idempotency key: each message carries metadata that names it, and before it is posted again it
is looked for. Slack docs: chat.postMessage, chat.update, Message metadata, conversations.history and .replies.
"""

import http.client
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeVar

from slack_sdk.errors import SlackApiError, SlackClientError

from ..words import gettext as _
from . import bucket
from .blocks import Message
from .client import PLAIN, client

T = TypeVar("T")
EVENT = "opsportal_message"
EARLIER = timedelta(minutes=5)  # of which Slack's clock may be behind
PAGE = 200  # messages; Slack recommends no more at a time
SLACKS = ("internal_error", "fatal_error", "service_unavailable", "request_timeout", "team_added_to_org")
OURS = ("invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired", "org_login_required")
CODE = re.compile(r"[a-z0-9_]+")  # an error of Slack's; anything else was said by somebody in between
GONE = ("message_not_found",)


class Away(Exception):
    """Slack is not reached, or does not know us any more: nothing that is sent arrives. The call may have been done."""


class Busy(Exception):
    """Slack has answered 429 and has done nothing; for so many `seconds` nobody calls so any more."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"{seconds} s")
        self.seconds = seconds


class Refused(Exception):
    """Slack has done nothing and says why, for this message alone. `gone`: there is no such message any more."""

    def __init__(self, message: str, gone: bool = False) -> None:
        super().__init__(message)
        self.message, self.gone = message, gone


def post(channel: str, said: Message, name: Mapping[str, Any], thread: str = "") -> str:
    """Post it and give its ts. `name`: what it is found again by. Raises Away, Busy, Refused."""
    metadata = {"event_type": EVENT, "event_payload": dict(name)}
    more = {"thread_ts": thread} if thread else {}
    given = {"channel": channel, "text": said.text, "blocks": said.blocks, "metadata": metadata, **PLAIN, **more}
    answer = answered("chat.postMessage", channel, lambda: client().api_call("chat.postMessage", json=given))
    return str(answer["ts"])


def edit(channel: str, ts: str, said: Message) -> None:
    """Raises Away, Busy, Refused."""
    given = {"channel": channel, "ts": ts, "text": said.text, "blocks": said.blocks}
    plain = {"parse": "none", "link_names": False}
    answered("chat.update", channel, lambda: client().api_call("chat.update", json=given | plain))


def find(
    channel: str,
    name: Mapping[str, Any],
    since: datetime,
    keep: Callable[[str], None],
    thread: str = "",
    cursor: str = "",
) -> str:
    """The ts of the message with this name that was posted since; empty: there is none.

    `keep` notes the cursor from which to go on, should this be interrupted. Raises as `post`, and what `keep` raises.
    """
    for ts, following in search(channel, name, since, thread, cursor):
        if ts:
            return ts
        keep(following)
    return ""


def search(
    channel: str, name: Mapping[str, Any], since: datetime, thread: str = "", cursor: str = ""
) -> Iterator[tuple[str, str]]:
    """Of each page of what was posted since: the ts of the message with this name, or empty; the next page's cursor.

    From this cursor on a search that was interrupted goes on. Raises as `post`.
    """
    given: dict[str, Any] = {"channel": channel, "oldest": str((since - EARLIER).timestamp()), "limit": PAGE}
    given |= {"include_all_metadata": True, **({"ts": thread} if thread else {})}
    method = "conversations.replies" if thread else "conversations.history"
    more = True
    while more:
        if wait := bucket.take(method, channel):
            raise Busy(wait)
        asked = given | ({"cursor": cursor} if cursor else {})
        answer = answered(method, channel, partial(client().api_call, method, params=asked, http_verb="GET"))
        cursor = (answer.get("response_metadata") or {}).get("next_cursor") or ""
        yield next((str(each["ts"]) for each in answer["messages"] if is_named(each, name)), ""), cursor
        more = bool(cursor)


def is_named(message: Mapping[str, Any], name: Mapping[str, Any]) -> bool:
    metadata = message.get("metadata") or {}
    return metadata.get("event_type") == EVENT and metadata.get("event_payload") == dict(name)


def answered(method: str, channel: str, call: Callable[[], T]) -> T:
    """What the call gives. Raises Away, Busy, Refused."""
    try:
        return call()
    except SlackApiError as error:
        raise classified(method, channel, error) from error
    except (SlackClientError, OSError, http.client.HTTPException) as error:
        raise Away(f"{method}: {type(error).__name__}: {error}") from error


def classified(method: str, channel: str, error: SlackApiError) -> Exception:
    status, said = error.response.status_code, str(error.response.get("error", ""))
    if status == http.client.TOO_MANY_REQUESTS or said in ("ratelimited", "rate_limited"):
        bucket.hold(method, channel, seconds := seconds_of(error))
        return Busy(seconds)
    if status >= http.client.INTERNAL_SERVER_ERROR or said in (*SLACKS, *OURS) or not CODE.fullmatch(said):
        return Away(f"{method}: {status} {said[:200]}".strip())
    needed = str(error.response.get("needed") or "")
    text = _("Slack refuses {method}: {error} {needed}").format(method=method, error=said, needed=needed)
    return Refused(text.strip(), gone=method == "chat.update" and said in GONE)


def seconds_of(error: SlackApiError) -> float:
    """How long Slack wants to be left alone."""
    told = {name.lower(): value for name, value in dict(error.response.headers).items()}.get("retry-after", "")
    text = told[0] if isinstance(told, list) else str(told)
    return float(text) if text.isdigit() else 1.0
