"""Answers to who asked: seen by them alone, but in the thread where everybody may read what they are about."""

import time
from collections.abc import Callable
from contextlib import suppress
from http.client import TOO_MANY_REQUESTS, HTTPException
from typing import Any

import redis
import structlog
from slack_sdk.errors import SlackApiError, SlackRequestError
from slack_sdk.webhook import WebhookClient

from ..models import Environment
from . import bucket
from .asking import Asker
from .blocks import Message
from .calls import seconds_of
from .client import PLAIN, TIMEOUT, client
from .logs import quiet

log = structlog.get_logger(__name__)

FAILED = (SlackApiError, SlackRequestError, OSError, HTTPException)
PATIENCE = 5.0  # seconds that an answer waits for Slack's limits, once
ELSEWHERE = ("not_in_channel", "channel_not_found", "user_not_in_channel", "is_archived")


def tell(asker: Asker, message: Message, about: Environment | None = None) -> bool:
    """Answer. `about`: the one environment that the answer tells of; its own channel reads it, and no other.

    False: it did not arrive, and the log says why.
    """
    said = {"text": message.text, "blocks": message.blocks, **PLAIN}
    try:
        if asker.response_url:
            return responded(asker.response_url, said)
        patient(lambda: sent(asker, said, about))
        return True
    except FAILED as error:
        log.warning("an answer in Slack did not arrive", error=why(error), channel=asker.channel)
        return False


def patient(call: Callable[[], None]) -> None:
    """Somebody waits for the answer, so it is sent once more where Slack's limits let it soon. Raises `FAILED`."""
    try:
        call()
    except SlackApiError as error:
        if error.response.status_code != TOO_MANY_REQUESTS or seconds_of(error) > PATIENCE:
            raise
        time.sleep(seconds_of(error))
        call()


def sent(asker: Asker, said: dict[str, Any], about: Environment | None) -> None:
    """Raises `FAILED`."""
    if asker.direct or not asker.channel:
        posted(asker.channel or asker.who.slack_id, said)
    elif about and about.slack_channel == asker.channel:
        posted(asker.channel, {"thread_ts": asker.thread or asker.ts, **said})
    else:
        whispered(asker, said)


def posted(channel: str, said: dict[str, Any]) -> None:
    """Within the budget that what runs tell is posted from, too; without Redis without it. Raises `FAILED`."""
    with suppress(redis.RedisError):
        if wait := bucket.take("chat.postMessage", channel):
            time.sleep(min(PATIENCE, wait))
            bucket.take("chat.postMessage", channel)
    client().chat_postMessage(channel=channel, **said)


def whispered(asker: Asker, said: dict[str, Any]) -> None:
    """Where the bot is no member, a direct message. Raises `FAILED`."""
    place: dict[str, Any] = {"thread_ts": asker.thread} if asker.thread else {}
    try:
        client().chat_postEphemeral(channel=asker.channel, user=asker.who.slack_id, **place, **said)
    except SlackApiError as error:
        if why(error) not in ELSEWHERE:
            raise
        posted(asker.who.slack_id, said)


def responded(url: str, said: dict[str, Any]) -> bool:
    """By the response_url: good five times within half an hour. Slack docs: Handling user interaction."""
    known = {**said, "response_type": "ephemeral", "replace_original": False}
    answer = WebhookClient(url, timeout=TIMEOUT, retry_handlers=[], logger=quiet("slack_sdk.web")).send_dict(known)
    if answer.status_code != 200:
        log.warning("an answer in Slack did not arrive", status=answer.status_code)
    return answer.status_code == 200


def why(error: Exception) -> str:
    """Slack's word for it, or our own for what never reached it."""
    if isinstance(error, SlackApiError):
        return str(error.response.get("error") or error.response.status_code)
    return type(error).__name__
