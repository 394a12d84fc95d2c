"""Runbooks that only the tests know: small graphs whose steps count what they do in files or in their memory."""

import os
import time
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from opsportal.catalog import Action, Runbook, StepSpec
from opsportal.contexts import Ask, Context, Done, Outcome, Wait
from opsportal.errors import Denied, StepFailed, TryLater
from tasks.aws import listing


class Shape(BaseModel):
    """`graph`: needs by key; `do`: what each step does, by key; `locks` by key; `folder`: where marks are put."""

    graph: dict[str, list[str]]
    do: dict[str, str] = {}
    locks: dict[str, list[str]] = {}
    folder: str = ""
    timeout: float = 600


class Window(BaseModel):
    day: date


class Typed(BaseModel):
    """Parameters that JSON has no type for."""

    windows: list[Window]


def typed(ctx: Context[Typed]) -> Outcome:
    return Done({"weekday": ctx.params.windows[0].day.isoweekday()})


def plan(ctx: Context[Shape]) -> list[StepSpec]:
    mark(ctx, "plan")
    return [
        StepSpec(
            key,
            "count",
            needs=tuple(needs),
            locks=tuple(ctx.params.locks.get(key, ())),
            input={"do": ctx.params.do.get(key, "")},
            timeout=ctx.params.timeout,
        )
        for key, needs in ctx.params.graph.items()
    ]


def mark(ctx: Context[Shape], what: str) -> None:
    if ctx.params.folder:
        with (Path(ctx.params.folder) / f"{ctx.key}.{what}").open("a") as file:
            file.write(f"{os.getpid()}\n")


def count(ctx: Context[Shape]) -> Outcome:
    """Do what the input says; most words are one behaviour each."""
    mark(ctx, "run")
    word, _, rest = ctx.input.get("do", "").partition(":")
    ctx.memory["looks"] = looks = ctx.memory.get("looks", 0) + 1
    return DO[word](ctx, looks, rest)


def say(ctx: Context[Shape], looks: int, rest: str) -> Outcome:
    for n in range(int(rest)):
        ctx.say(f"line {n}")
    return Done({"looks": looks})


def wait(ctx: Context[Shape], looks: int, rest: str) -> Outcome:
    times, _, seconds = rest.partition(",")
    return Wait(float(seconds or 0), "waiting") if looks <= int(times) else Done({"looks": looks})


def ask(ctx: Context[Shape], looks: int, rest: str) -> Outcome:
    if ctx.answer is None:
        return Ask("Go on?", {"looks": looks}, other_person=rest != "anybody")
    if not ctx.answer.approved:
        raise StepFailed(f"Rejected: {ctx.answer.reason}")
    return Done({"by": ctx.answer.by})


def fail(ctx: Context[Shape], looks: int, rest: str) -> Outcome:
    if rest and ctx.try_no > int(rest):
        return Done({"try": ctx.try_no})
    raise StepFailed("It broke.", cause="the first cause")


def busy(ctx: Context[Shape], looks: int, rest: str) -> Outcome:
    """Work `rest` seconds without a call that would notice anything."""
    time.sleep(float(rest))
    mark(ctx, "worked")
    return Done()


def talk(ctx: Context[Shape], looks: int, rest: str) -> Outcome:
    """Say a line every 20 ms for `rest` seconds."""
    end = time.monotonic() + float(rest)
    while time.monotonic() < end:
        ctx.say("at work")
        time.sleep(0.02)
    return Done()


def program(ctx: Context[Shape], looks: int, rest: str) -> Outcome:
    """Run a shell script; the process ids it prints are lines."""
    return Done({"code": ctx.program(["/bin/sh", "-c", rest], {"WHO": "opsportal"})})


def listed(ctx: Context[Shape], looks: int, rest: str) -> Outcome:
    """A change that only a list can find: the list is a file, and the answer is always lost."""
    made = Path(ctx.params.folder) / "made"
    if made.exists():
        return Done()
    if not listing.believable(ctx.aws, "sqs", "create_queue", ctx.now):
        return Wait(0, "AWS may not list it yet")
    ctx.aws.guard.before("sqs:CreateQueue", "digest", 5)  # type: ignore[attr-defined]
    mark(ctx, "sent")
    raise TryLater("The answer was lost.", 0)


def later(ctx: Context[Shape], looks: int, rest: str) -> Outcome:
    if looks <= int(rest):
        raise TryLater("AWS throttles.")
    return Done({"looks": looks})


def denied(ctx: Context[Shape], looks: int, rest: str) -> Outcome:
    raise Denied("AWS refused ec2:DescribeVpcs. Add it to the role.", "ec2:DescribeVpcs")


def bug(ctx: Context[Shape], looks: int, rest: str) -> Outcome:
    raise ZeroDivisionError("a bug")


def change(ctx: Context[Shape], looks: int, rest: str) -> Outcome:
    """Make one change through the guard, without AWS: enough for the engine's own bookkeeping."""
    if looks == 1:
        guard: Any = ctx.aws.guard  # type: ignore[attr-defined]
        token = guard.before("test:Change", "digest", 5)
        guard.sendable()
        mark(ctx, "changed")
        guard.after("test:Change", token, "ok")
        return Wait(0)
    return Done({"changed": True})


DO = {
    "": lambda ctx, looks, rest: Done(),
    "say": say,
    "wait": wait,
    "ask": ask,
    "fail": fail,
    "busy": busy,
    "talk": talk,
    "later": later,
    "program": program,
    "listed": listed,
    "denied": denied,
    "bug": bug,
    "change": change,
    "forever": lambda ctx, looks, rest: Wait(float(rest or 1)),
}


def stop(ctx: Context[Shape]) -> Outcome:
    mark(ctx, "stop")
    return Wait(0.1) if ctx.input.get("do", "").startswith("forever") and "stuck" in ctx.memory else Done()


def revert(ctx: Context[Shape]) -> Outcome:
    mark(ctx, "undo")
    if ctx.input.get("do") == "change:no-way-back" and ctx.try_no < 3:
        raise StepFailed("Can't be taken back.")
    return Done()


def stays(input_: Mapping[str, Any], memory: Mapping[str, Any]) -> str:
    return f"What it made in {memory['looks']} looks stays." if input_["do"] == "change:made" else ""


RUNBOOK = Runbook(
    name="test.graph",
    title="A graph for tests",
    summary="Does what its parameters say.",
    params=Shape,
    plan=plan,
    actions={"count": Action(run=count, cancel=stop, undo=revert, stays=stays)},
)
STATIC = Runbook(
    name="test.static",
    title="One step without a plan",
    summary="Does nothing.",
    params=Shape,
    plan=(StepSpec("only", "count"),),
    actions={"count": Action(run=count)},
)
TYPED = Runbook(
    name="test.typed",
    title="Typed parameters",
    summary="Reads a date.",
    params=Typed,
    plan=(StepSpec("only", "typed"),),
    actions={"typed": Action(run=typed)},
)
RUNBOOKS = (RUNBOOK, STATIC, TYPED)
