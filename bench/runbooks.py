"""Work without work: what is measured is what the engine adds."""

import time

from celery import shared_task
from pydantic import BaseModel

from opsportal.catalog import Action, Runbook, StepSpec
from opsportal.contexts import Context, Done, Outcome, Wait


class Params(BaseModel):
    steps: int = 1


def plan(ctx: Context[Params]) -> list[StepSpec]:
    return [StepSpec(f"s{n:03}", "nothing") for n in range(ctx.params.steps)]


def nothing(ctx: Context[Params]) -> Outcome:
    return Done()


def stamp(ctx: Context[Params]) -> Outcome:
    """Remember when this look began, then wait to be nudged again."""
    ctx.memory["seen"] = [*ctx.memory.get("seen", []), time.time()]
    return Wait(3600)


RUNBOOKS = (
    Runbook(
        name="bench.steps",
        title="Steps that do nothing",
        summary="Measures the engine.",
        params=Params,
        plan=plan,
        actions={"nothing": Action(run=nothing)},
    ),
    Runbook(
        name="bench.stamp",
        title="A step that says when it was looked at",
        summary="Measures the way from a nudge to a step.",
        params=Params,
        plan=(StepSpec("stamp", "stamp"),),
        actions={"stamp": Action(run=stamp)},
    ),
)


@shared_task  # type: ignore[untyped-decorator]
def plain(key: str) -> None:
    """A plain Celery task that counts itself done, so that somebody can see the end."""
    from opsportal.live.hints import broker

    broker().incr(key)
