"""The engine's own two steps: make the graph of a run, and ask before a run is undone."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

from django.db.models import Model

from opsportal import flow, graph, history, runs, steps
from opsportal.catalog import Action, Ask, Context, Outcome, Runbook, StepFunction, StepSpec
from opsportal.errors import Refused, StepFailed
from opsportal.models import Lock, Step
from opsportal.turns import Turn


@dataclass(frozen=True)
class Planned:
    """The graph a runbook made."""

    specs: Sequence[StepSpec]


@dataclass(frozen=True)
class UndoApproved:
    """A person wants the run undone."""


Internal = Planned | UndoApproved
OURS = re.compile(rf"{runs.PLAN}|{steps.UNDO}(-\d+)?")


def action(book: Runbook, step: Step) -> Action | None:
    """The action behind this step: one of the engine's own, or the runbook's."""
    if step.action == runs.PLAN:
        return Action(run=cast(StepFunction, partial(plan, book)), queue="long", limit=int(runs.PLAN_LIMIT))
    if step.action == steps.UNDO:
        return Action(run=cast(StepFunction, partial(ask_for_undo, step)))
    return book.actions.get(step.action)


def plan(book: Runbook, context: Context[Any]) -> Planned:
    """Let the runbook make its graph and check it. Raises StepFailed with every mistake in it."""
    specs = list(book.plan(context)) if callable(book.plan) else list(book.plan)
    if wrong := mistakes(book, specs):
        raise StepFailed("The plan can't be run: " + "; ".join(wrong) + ".")
    return Planned(specs)


def mistakes(book: Runbook, specs: Sequence[StepSpec]) -> list[str]:
    """What is wrong with a graph, a phrase each."""
    keys = [spec.key for spec in specs]
    wrong = [f"two steps are called {key}" for key in sorted({key for key in keys if keys.count(key) > 1})]
    wrong += [f"{s.key} does the unknown {s.action}" for s in specs if s.action not in book.actions]
    wrong += [f"{s.key} needs the unknown {need}" for s in specs for need in s.needs if need not in keys]
    wrong += [f"“{key}” is a name of the engine" for key in keys if OURS.fullmatch(key)]
    wrong += [f"“{name}” is longer than {most} characters" for name, most in names(specs) if len(name) > most]
    loop = graph.cycle({spec.key: spec.needs for spec in specs})
    return wrong + (["these need each other: " + " → ".join(loop)] if loop else [])


def names(specs: Sequence[StepSpec]) -> Iterator[tuple[str, int]]:
    """Each name in the plan that a column holds, with the characters it may have."""
    for spec in specs:
        yield spec.key, room(Step, "key")
        yield from ((resource, room(Lock, "resource")) for resource in spec.locks)


def room(model: type[Model], name: str) -> int:
    return int(getattr(model._meta.get_field(name), "max_length", 0))


def insert(turn: Turn, book: Runbook, planned: Planned) -> None:
    """Put the planned steps into the run; a graph without steps is a run with nothing to do."""
    turn.set(status=turn.run.Status.RUNNING)
    flow.add(turn, runs.rows(turn.run, book, planned.specs), history.usual(turn.run))
    turn.say(f"Planned {len(planned.specs)} steps." if len(planned.specs) != 1 else "Planned 1 step.")


def ask_for_undo(step: Step, context: Context[Any]) -> Outcome | UndoApproved:
    """Ask a person; on a protected environment another one than the requester."""
    if context.answer is None:
        keys = [acted.key for acted in runs.acted_steps(step.run)]
        shown = {"undo": keys[::-1], "environment": context.environment.name}
        count = f"{len(keys)} steps" if len(keys) != 1 else "1 step"
        return Ask(f"Undo {count}?", shown, other_person=context.environment.protected)
    if not context.answer.approved:
        why = "nobody answered in time" if context.answer.expired else context.answer.reason
        raise Refused(f"Not undone: {why}")
    runs.require_unmoved(step.run)  # a day may have gone by
    return UndoApproved()
