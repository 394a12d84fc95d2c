"""A run's way through its graph: its steps are added, started, skipped, and it gets the status that follows."""

from collections.abc import Sequence
from datetime import timedelta

from django.db import connection
from django.utils.functional import lazy

from . import graph, history, inserts, locks
from .models import Run, Step
from .nudges import GRACE, QUICK, UNTOLD
from .telling import runs as told
from .turns import Turn
from .words import format_lazy, gettext_lazy, on_record
from .words import gettext as _

S = Step.Status
ASLEEP = (S.BLOCKED, S.QUEUED, S.DUE, S.ASKING)


def add(turn: Turn, fresh: Sequence[Step]) -> None:
    """Insert the steps of a plan, blocked as a rule; `settle_run` lets the first ones start."""
    usual = history.usual(turn.run, [step.key for step in fresh])
    for step in fresh:
        step.usual_seconds = usual.get(step.key, step.usual_seconds)
    inserts.add(Step, fresh)
    if wanted := {resource for step in fresh for resource in step.locks}:
        locks.ensure(turn.run.environment_id, wanted)
    known = {step.key: step.usual_seconds or 0.0 for step in fresh}
    turn.set(usual_seconds=graph.longest(known, {step.key: step.needs for step in fresh}) or None)


def kinds_of_steps(run_id: int) -> list[graph.Kind]:
    """Which sorts of steps the run has; as many rows as there are sorts, however large the graph."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT status, phase, gate FROM opsportal_step WHERE run_id = %s", [run_id])
        return [graph.Kind(status, phase, bool(gate)) for status, phase, gate in cursor.fetchall()]


def nodes(run_id: int) -> list[graph.Node]:
    """The graph of the run."""
    steps = Step.objects.filter(run_id=run_id).values_list("pk", "key", "status", "needs", "undo_needs", "phase")
    return [
        graph.Node(pk, key, status, tuple(undo_needs if phase == Step.Phase.UNDO else needs))
        for pk, key, status, needs, undo_needs, phase in steps
    ]


def settle_run(turn: Turn) -> None:
    """Start what may start, skip what never will, and give the run the status that follows."""
    kinds = kinds_of_steps(turn.run.pk)
    if any(kind.status == S.BLOCKED for kind in kinds):
        moved = graph.unblock(nodes(turn.run.pk))
        wake(turn, [pk for pk, status in moved.items() if status == S.DUE])
        skip(turn, [pk for pk, status in moved.items() if status == S.SKIPPED])
        kinds = kinds_of_steps(turn.run.pk) if moved else kinds
    turn.state_changed = True
    status = graph.roll_up(turn.run.status, kinds)
    was = turn.run.status
    if status != was:
        turn.set(status=status)
        if status in Run.ENDED:
            finish(turn, was)


def wake(turn: Turn, step_ids: Sequence[int]) -> None:
    """Make these steps due now, but for those a worker has claimed in the meantime: a claim takes no run's row.

    Of several in the queue of quick work the first gets a nudge; who is through with it goes on with the others.
    """
    if not step_ids:
        return
    steps = Step.objects.filter(pk__in=step_ids)
    asleep = steps.filter(status__in=ASLEEP)
    asleep.update(wake_at=turn.now, nudge_at=turn.now + GRACE, nudges=0, status=S.DUE)
    due = list(steps.filter(status=S.DUE).order_by("pk").values_list("pk", "queue"))
    untold = set([pk for pk, queue in due if queue == QUICK][1:])
    steps.filter(pk__in=untold, status=S.DUE).update(nudge_at=turn.now + UNTOLD)
    for pk, queue in due:
        if pk not in untold:
            turn.nudge(pk, queue)


def skip(turn: Turn, step_ids: Sequence[int]) -> None:
    if not step_ids:
        return
    steps = Step.objects.filter(pk__in=step_ids)
    steps.update(status=S.SKIPPED, ended_at=turn.now, nudge_at=None)
    for step in steps:
        turn.say(gettext_lazy("Won't run: it needs what did not succeed."), "warning", step)


WORDS = {
    Run.Status.SUCCEEDED: (gettext_lazy("Succeeded in {took}."), "info"),
    Run.Status.FAILED: (gettext_lazy("Failed after {took}. {reason}"), "error"),
    Run.Status.CANCELLED: (gettext_lazy("Cancelled after {took}."), "warning"),
    Run.Status.UNDONE: (gettext_lazy("Undone."), "info"),
    Run.Status.UNDO_FAILED: (gettext_lazy("The undo failed. {reason}"), "error"),
}


NOT_UNDONE = (gettext_lazy("The run stays as it was."), "info")


def finish(turn: Turn, was: str) -> None:
    """The last line of a run: how it ended, with the first cause; `was`: its status until now."""
    first = turn.run.steps.filter(status__in=(S.FAILED, S.ABANDONED)).order_by("ended_at", "pk").first()
    failed = turn.run.status in (Run.Status.FAILED, Run.Status.UNDO_FAILED)
    reason = f"{first.key}: {first.cause or first.reason}" if first and failed else ""
    kept = was == Run.Status.UNDOING and turn.run.status not in (Run.Status.UNDONE, Run.Status.UNDO_FAILED)
    if kept and not failed and (gate := turn.run.steps.filter(gate=True).order_by("-position").first()):
        reason = gate.reason
    turn.set(ended_at=turn.now, reason=reason)
    text, level = NOT_UNDONE if kept else WORDS[Run.Status(turn.run.status)]
    took = lazy(spoken, str)(turn.now - turn.run.created_at)
    turn.say(on_record(format_lazy(text, took=took, reason=reason)).strip(), level)
    if failed and not kept:
        told.failed(turn)


def spoken(took: timedelta) -> str:
    """A duration as people say it, such as “1 min 42 s”."""
    return spoken_seconds(took.total_seconds())


def spoken_seconds(seconds: float) -> str:
    if seconds < 10:
        return _("{n} s").format(n=f"{seconds:.1f}")
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    parts = ((hours, _("{n} h")), (minutes, _("{n} min")), (0 if hours else rest, _("{n} s")))
    return " ".join(text.format(n=n) for n, text in parts if n)
