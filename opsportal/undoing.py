"""Undoing a run: what stands against it, the question that comes first, and the order of what follows."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from . import audit, catalog, flow, graph, rights, steps
from .errors import Refused
from .locks import moved
from .models import Run, Step
from .runs import named, reset
from .telling import runs as told
from .turns import Turn, take
from .words import format_lazy, gettext_lazy

S = Step.Status
R = Run.Status


def undo(run_id: int, by: Any) -> None:
    """Ask whether to restore what was before this run; raises Refused where that is not possible any more."""
    take(run_id, lambda turn: _undo(turn, by))


def _undo(turn: Turn, by: Any) -> None:
    rights.require_start(by, turn.run.environment)
    turn.set(status=undoable(turn.run))
    turn.set(ended_at=None, cancel_at=None, reason="", retried_by_id=None)
    turn.say(format_lazy(gettext_lazy("Undo asked for by {by}."), by=by))
    audit.record("run.undo", turn.run, by)
    told.reopened(turn)
    count = turn.run.steps.filter(gate=True).count()
    key = steps.UNDO if count == 0 else f"{steps.UNDO}-{count + 1}"
    gate = Step(run=turn.run, key=key, action=steps.UNDO, gate=True, position=10_000 + count)
    gate.input = {"by": str(by), "by_id": by.pk}
    gate.save()
    flow.settle_run(turn)


def undoable(run: Run) -> str:
    """The status an undo gives the run. Raises Refused with the reason why it can't be undone."""
    if run.is_open:
        raise Refused(_("Run %(run)s is still open; cancel it or wait for its end.") % named(run))
    if run.status == R.UNDONE:
        raise Refused(_("Run %(run)s is undone already.") % named(run))
    acted = list(acted_steps(run))
    if not acted:
        raise Refused(_("Run %(run)s has changed nothing, so there is nothing to undo.") % named(run))
    book = catalog.runbook(run.runbook)
    stuck = [s.key for s in acted if book is None or s.action not in book.actions or not book.actions[s.action].undo]
    if stuck:
        raise Refused(_("These steps can't be undone: %(steps)s.") % {"steps": ", ".join(stuck)})
    require_unmoved(run)
    return R.UNDOING


def require_unmoved(run: Run) -> None:
    """Raises Refused when another run changed since what this run changed, or is about to."""
    ours = [step.lock_versions for step in run.steps.all()]
    for step in acted_steps(run):
        if taken := moved(step, ours):
            words = {"what": ", ".join(name.rsplit("/", 1)[-1] for name in taken), "step": step.key}
            raise Refused(_("Another run has changed %(what)s since %(step)s, and undoing would lose that.") % words)


def acted_steps(run: Run) -> "QuerySet[Step]":
    """Steps that changed something and are not undone, in order."""
    return run.steps.select_related("run__environment").filter(acted=True).exclude(status=S.UNDONE).order_by("position")


def begin(turn: Turn, gate: Step) -> None:
    """The undo was approved: each step that acted is to be undone, after those that needed it."""
    acted = list(acted_steps(turn.run))
    later = graph.dependents(dict(turn.run.steps.values_list("key", "needs")))
    for step in acted:
        after = [other.key for other in acted if other.key in later[step.key]]
        reset(step)
        Step.objects.filter(pk=step.pk).update(phase=Step.Phase.UNDO, undo_needs=[gate.key, *after])
