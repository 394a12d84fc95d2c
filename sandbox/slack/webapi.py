"""Slack docs: Using the Slack Web API. One call: its token, its scope, its pace, then what the method answers."""

import asyncio
import json
import logging
import time
from typing import Any
from urllib.parse import parse_qsl

from sandbox.slack.calls import Line, shortened
from sandbox.slack.faults import Rule
from sandbox.slack.methods import METHODS, Method
from sandbox.slack.records import Json
from sandbox.slack.refusals import Refused
from sandbox.slack.wire import Answer, Request, json_answer
from sandbox.slack.world import World

log = logging.getLogger("sandbox.slack")
WAITS = ("latency", "hang")


async def respond(world: World, request: Request) -> Answer:
    name, began = request.path.removeprefix("/api/"), time.time()
    try:
        given = _given(request)
    except ValueError:
        return json_answer({"ok": False, "error": "invalid_json"})
    struck = world.faults.for_call(name, json.dumps(given))
    await _wait(struck)
    answer = _faulty(struck) or _performed(world, name, given, request)
    lost = any(rule.kind == "lost" for rule in struck)
    _note(world, name, given, answer, began, struck)
    return Answer(answer.status, answer.body, lost=True) if lost else answer


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


async def _wait(struck: list[Rule]) -> None:
    for rule in struck:
        if rule.kind in WAITS:
            await asyncio.sleep(rule.seconds)


def _faulty(struck: list[Rule]) -> Answer | None:
    for rule in struck:
        if rule.kind == "ratelimit":
            return limited(int(rule.seconds) or 1)
        if rule.kind == "error":
            return Answer(rule.status, b"upstream connect error", "text/plain")
        if rule.kind == "away":
            return Answer(503, b"", "text/plain")
        if rule.kind == "refuse":
            return json_answer({"ok": False, "error": rule.error})
    return None


def limited(seconds: int) -> Answer:
    return json_answer({"ok": False, "error": "ratelimited"}, 429, {"Retry-After": str(seconds)})


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


def _note(world: World, name: str, given: Json, answer: Answer, began: float, struck: list[Rule]) -> None:
    told: Any = json.loads(answer.body) if answer.kind.startswith("application/json") else {}
    names = ",".join(rule.kind for rule in struck)
    result = (answer.status, told.get("ok", False), told.get("error", ""))
    world.calls.lines.append(Line(began, name, *result, time.time() - began, names, shortened(given)))
