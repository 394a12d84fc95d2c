"""The engine's own two steps: make the graph of a run, and ask before a run is undone."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

from django.db.models import Model

from opsportal import flow, graph, runs, steps, undoing
from opsportal.catalog import Action, Runbook, StepFunction, StepSpec
from opsportal.contexts import Ask, Context, Outcome
from opsportal.errors import Refused, StepFailed
from opsportal.models import Lock, Step
from opsportal.turns import Turn
from opsportal.words import gettext as _
from opsportal.words import ngettext


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
        return Action(run=cast(StepFunction, partial(ask_for_undo, book, step)))
    return book.actions.get(step.action)


def plan(book: Runbook, context: Context[Any]) -> Planned:
    """Let the runbook make its graph and check it. Raises StepFailed with every mistake in it."""
    specs = list(book.plan(context)) if callable(book.plan) else list(book.plan)
    if wrong := mistakes(book, specs):
        raise StepFailed(_("The plan can't be run: {mistakes}.").format(mistakes="; ".join(wrong)))
    return Planned(specs)


def mistakes(book: Runbook, specs: Sequence[StepSpec]) -> list[str]:
    """What is wrong with a graph, a phrase each."""
    keys = [spec.key for spec in specs]
    wrong = [
        _("two steps are called {key}").format(key=key) for key in sorted({key for key in keys if keys.count(key) > 1})
    ]
    wrong += [
        _("{step} does the unknown {action}").format(step=s.key, action=s.action)
        for s in specs
        if s.action not in book.actions
    ]
    wrong += [
        _("{step} needs the unknown {need}").format(step=s.key, need=need)
        for s in specs
        for need in s.needs
        if need not in keys
    ]
    wrong += [_("“{key}” is a name of the engine").format(key=key) for key in keys if OURS.fullmatch(key)]
    wrong += [
        _("“{name}” is longer than {most} characters").format(name=name, most=most)
        for name, most in names(specs)
        if len(name) > most
    ]
    loop = graph.cycle({spec.key: spec.needs for spec in specs})
    return wrong + ([_("these need each other: {steps}").format(steps=" → ".join(loop))] if loop else [])


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
    flow.add(turn, runs.planned(turn.run, book, planned.specs))
    count = len(planned.specs)
    turn.say(ngettext("Planned {n} step.", "Planned {n} steps.", count).format(n=count))


def ask_for_undo(book: Runbook, step: Step, context: Context[Any]) -> Outcome | UndoApproved:
    """Ask a person; on a protected environment another one than the requester."""
    if context.answer is None:
        acted = list(undoing.acted_steps(step.run))[::-1]
        shown = {
            "undo": [each.key for each in acted],
            "stays": list(filter(None, (stays(book, each) for each in acted))),
            "environment": context.environment.name,
        }
        question = ngettext("Undo {n} step?", "Undo {n} steps?", len(acted)).format(n=len(acted))
        return Ask(question, shown, other_person=context.environment.protected)
    if not context.answer.approved:
        why = _("nobody answered in time") if context.answer.expired else context.answer.reason
        raise Refused(_("Not undone: {why}").format(why=why))
    undoing.require_unmoved(step.run)  # a day may have gone by
    return UndoApproved()


def stays(book: Runbook, step: Step) -> str:
    """What an undo of this step will leave as the run made it, in a sentence; empty when nothing stays."""
    action = book.actions.get(step.action)
    return action.stays(step.input, step.memory) if action and action.stays else ""
