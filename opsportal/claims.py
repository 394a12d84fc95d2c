"""Which worker has a step: it is claimed by its message or after another one of its run, kept, and handed on."""

from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.db.models import DateTimeField, QuerySet, Value
from django.db.models.functions import Coalesce

from . import rows
from .clock import uptime
from .models import Run, Step
from .nudges import GRACE, QUICK, UNTOLD, Nudge
from .turns import Turn
from .writers import in_line

S = Step.Status

CLAIMABLE = "(status IN ('due', 'queued') AND wake_at <= %s OR status = 'running' AND lease_until < %s)"
# Those without a message of their own come first. Without NOT NULL, MariaDB walks through what has ended.
NEXT = "run_id = %s AND queue = %s AND status = 'due' AND wake_at <= %s AND nudge_at IS NOT NULL ORDER BY nudge_at"


def lease() -> timedelta:
    return timedelta(seconds=settings.LEASE_SECONDS)


def claim(step_id: int) -> Step | None:
    """Take the step if it may be taken now: one compare-and-set that raises the fence. None: it may not, or is gone.

    Since nobody else had it in between, the step is as it was read; what people did to the run meanwhile, turns see.
    """
    begun = uptime()
    try:
        step, now = rows.row(Step, step_id, "run", "environment")
    except ObjectDoesNotExist:
        return None
    step.claimed_at, step.claimed_uptime = now, begun
    return step if taken(step) else None


def claim_next(turn: Turn, after: Step) -> Step | None:
    """In this transaction of its run, take what is due next after a step of quick work.

    Long work has messages of its own. The environment is as that step saw it, a time slice ago at most.
    """
    step = rows.first(Step, NEXT, [after.run_id, QUICK, turn.now]) if after.queue == QUICK else None
    if step is None:
        return None
    step.run, step.run.environment = turn.run, after.run.environment
    step.claimed_at, step.claimed_uptime = turn.now, turn.uptime
    if not taken(step):
        return None
    turn.nudges = [nudge for nudge in turn.nudges if nudge.step_id != step.pk]
    return step


def taken(step: Step) -> bool:
    """Take a step as it was read just now; False: somebody was quicker, or its time has not come.

    Settling a step leaves its fence as it is, so the status has to be the one that was read, too.
    """
    until = step.claimed_at + lease()
    changes = {
        "takeovers": step.takeovers + (step.status == S.RUNNING),
        "fence": step.fence + 1,
        "lease_until": until,
        "nudge_at": until,
        "started_at": step.started_at or step.claimed_at,
        "status": S.RUNNING,
    }
    seen = [step.pk, step.fence, step.status, step.claimed_at, step.claimed_at]
    with in_line():
        if not rows.update(Step, changes, f"id = %s AND fence = %s AND status = %s AND {CLAIMABLE}", seen):
            return False
    for name, value in changes.items():
        setattr(step, name, value)
    return True


def mark_nudged(after: Step, now: datetime, most: int) -> list[Nudge]:
    """Nudges to be sent, and marked as sent, for quick work that this step's run has due and nobody was told of."""
    if after.queue != QUICK:
        return []
    due = Step.objects.filter(run=after.run_id, queue=QUICK, status=S.DUE, wake_at__lte=now)
    untold = due.filter(nudge_at__lte=now + UNTOLD).order_by("nudge_at").values_list("pk", flat=True)[:most]
    ours = [pk for pk in untold if due.filter(pk=pk, nudge_at__lte=now + UNTOLD).update(nudge_at=now + GRACE)]
    return [Nudge(pk, QUICK) for pk in ours]


def renew(step: Step, now: datetime, until: datetime) -> bool | None:
    """Prolong the lease and say whether the run was cancelled; None: the step is somebody else's now.

    What lasts gets its deadline here, for it may never settle; past it, being alive no longer excuses take-overs.
    """
    deadline = step.deadline_at or step.claimed_at + timedelta(seconds=step.budget)
    excused = {"takeovers": 0} if now < deadline else {}
    ends = Coalesce("deadline_at", Value(deadline, DateTimeField()))
    kept = mine(step.pk, step.fence).update(lease_until=until, nudge_at=until, deadline_at=ends, **excused)
    return Run.objects.filter(steps=step.pk, cancel_at__isnull=False).exists() if kept else None


def mine(step_id: int, fence: int) -> "QuerySet[Step]":
    return Step.objects.filter(pk=step_id, fence=fence, status=S.RUNNING)
