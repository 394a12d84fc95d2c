"""Slack docs: Verifying requests from Slack; Request URLs. Signed requests to the app."""

import asyncio
import hashlib
import hmac
import http.client
import json
import time
import urllib.error
import urllib.parse
import urllib.request

from sandbox.slack.records import Json
from sandbox.slack.settings import Settings
from sandbox.slack.sockets import Unanswered
from sandbox.slack.world import World

FORM = "application/x-www-form-urlencoded"


def url_for(settings: Settings, kind: str) -> str:
    urls = {"events_api": settings.events_url, "interactive": settings.interactivity_url}
    return urls.get(kind, settings.commands_url)


def signed(secret: str, at: int, body: bytes) -> dict[str, str]:
    """The two headers by which the app knows that it was Slack."""
    digest = hmac.new(secret.encode(), b"v0:%d:%s" % (at, body), hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": str(at), "X-Slack-Signature": f"v0={digest}"}


async def post(world: World, url: str, kind: str, payload: Json, attempt: int, reason: str) -> Json:
    """What the app answered within 3 seconds; raises Unanswered."""
    body, content = encoded(kind, payload)
    settings = world.workspace.settings
    headers = {"Content-Type": content, "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)"}
    headers |= signed(settings.signing_secret, int(time.time()), body)
    if attempt:
        headers |= {"X-Slack-Retry-Num": str(attempt), "X-Slack-Retry-Reason": reason}
    request = urllib.request.Request(url, body, headers)  # noqa: S310 - a URL of the person who runs this
    return await asyncio.to_thread(_sent, request, settings.ack_seconds)


def encoded(kind: str, payload: Json) -> tuple[bytes, str]:
    if kind == "events_api":
        return json.dumps(payload).encode(), "application/json"
    fields = payload if kind == "slash_commands" else {"payload": json.dumps(payload)}
    return urllib.parse.urlencode(fields).encode(), FORM


def _sent(request: urllib.request.Request, seconds: float) -> Json:
    try:
        with urllib.request.urlopen(request, timeout=seconds) as answer:  # noqa: S310 - the same
            return _read(answer.read())
    except urllib.error.HTTPError as error:
        error.close()
        raise Unanswered("http_error", error.headers.get("X-Slack-No-Retry") == "1") from error
    except TimeoutError as error:
        raise Unanswered("http_timeout") from error
    except (OSError, http.client.HTTPException) as error:
        late = isinstance(getattr(error, "reason", None), TimeoutError)
        raise Unanswered("http_timeout" if late else "connection_failed") from error


def _read(body: bytes) -> Json:
    """JSON, or plain text, which is a message."""
    try:
        found = json.loads(body) if body.strip() else {}
    except ValueError:
        return {"text": body.decode(errors="replace")}
    return found if isinstance(found, dict) else {}


async def verified(world: World, url: str) -> bool:
    """Slack docs: url_verification event. Whether the app gives the challenge back."""
    challenge = {"type": "url_verification", "token": "sandbox", "challenge": hashlib.sha256(url.encode()).hexdigest()}
    try:
        told = await post(world, url, "events_api", challenge, 0, "")
    except Unanswered:
        return False
    return challenge["challenge"] in (told.get("challenge"), told.get("text"))
