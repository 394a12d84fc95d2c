"""Slack docs: Using the Slack Web API. One call: its token, its scope, its pace, then what the method answers."""

import json
import logging
import time
from urllib.parse import parse_qsl

from sandbox.slack.methods import METHODS, Method
from sandbox.slack.records import Json
from sandbox.slack.refusals import Refused
from sandbox.slack.striking import limited, through
from sandbox.slack.wire import Answer, Request, json_answer
from sandbox.slack.world import World

log = logging.getLogger("sandbox.slack")


async def respond(world: World, request: Request) -> Answer:
    name = request.path.removeprefix("/api/")
    try:
        given = _given(request)
    except ValueError:
        return json_answer({"ok": False, "error": "invalid_json"})
    return await through(world, name, given, lambda: _performed(world, name, given, request))


def _given(request: Request) -> Json:
    """The query, the form or JSON body; raises ValueError."""
    kind = request.headers.get("content-type", "")
    if not request.body:
        return dict(request.query)
    if kind.startswith("application/json"):
        body = json.loads(request.body)
        if not isinstance(body, dict):
            raise ValueError
        return request.query | body
    return request.query | dict(parse_qsl(request.body.decode(), keep_blank_values=True))


def _performed(world: World, name: str, given: Json, request: Request) -> Answer:
    method = METHODS.get(name)
    if method is None:
        return json_answer({"ok": False, "error": "unknown_method", "req_method": name})
    try:
        _admit(world, method, given, request)
        if seconds := _too_fast(world, name, method, given):
            return limited(seconds)
        found = method.answer(world.workspace, given)
    except Refused as refused:
        return json_answer({"ok": False, "error": refused.error} | refused.more)
    except Exception:
        log.exception("the sandbox failed on %s", name)
        return json_answer({"ok": False, "error": "fatal_error"})
    scopes = {"X-OAuth-Scopes": ",".join(world.workspace.settings.scopes)}
    return json_answer({"ok": True} | found, headers=scopes)


def _admit(world: World, method: Method, given: Json, request: Request) -> None:
    """Raises not_authed, invalid_auth, not_allowed_token_type or missing_scope."""
    settings = world.workspace.settings
    token = request.headers.get("authorization", "").removeprefix("Bearer ") or str(given.get("token") or "")
    wanted, other = settings.bot_token, settings.app_token
    if method.by_app_token:
        wanted, other = other, wanted
    if token != wanted:
        raise Refused("not_authed" if not token else "not_allowed_token_type" if token == other else "invalid_auth")
    if method.scopes and not set(method.scopes) & set(settings.scopes):
        raise Refused("missing_scope", needed=",".join(method.scopes), provided=",".join(settings.scopes))


def _too_fast(world: World, name: str, method: Method, given: Json) -> int:
    key = f"{name} {given.get('channel')}" if method.pace.by_channel else name
    return world.limits.wait(key, method.pace, time.time(), world.workspace.settings.speed)
