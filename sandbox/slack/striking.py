"""A call goes through the faults that strike it, and into the log."""

import asyncio
import json
import time
from collections.abc import Callable
from typing import Any

from sandbox.slack.calls import Line, shortened
from sandbox.slack.faults import Rule
from sandbox.slack.records import Json
from sandbox.slack.wire import Answer, json_answer
from sandbox.slack.world import World

WAITS = ("latency", "hang")


async def through(world: World, name: str, given: Json, perform: Callable[[], Answer]) -> Answer:
    """What `perform` answers, unless a rule says otherwise; `name` is a method's or response_url."""
    began = time.time()
    struck = world.faults.for_call(name, json.dumps(given))
    await _wait(struck)
    answer = _faulty(struck) or perform()
    _note(world, name, given, answer, began, struck)
    lost = any(rule.kind == "lost" for rule in struck)
    return Answer(answer.status, answer.body, lost=True) if lost else answer


def limited(seconds: int) -> Answer:
    return json_answer({"ok": False, "error": "ratelimited"}, 429, {"Retry-After": str(seconds)})


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


def _note(world: World, name: str, given: Json, answer: Answer, began: float, struck: list[Rule]) -> None:
    told: Any = json.loads(answer.body) if answer.kind.startswith("application/json") else {"ok": answer.status == 200}
    names = ",".join(rule.kind for rule in struck)
    result = (answer.status, told.get("ok", False), told.get("error", ""))
    world.calls.lines.append(Line(began, name, *result, time.time() - began, names, shortened(given)))
