"""What workers do to steps: claim one, keep it, give it back with what came of it."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import DateTimeField, QuerySet, Value
from django.db.models.functions import Coalesce

from . import clock, graph, locks
from .errors import Lost
from .models import Approval, Environment, Run, Step
from .nudges import SHORT
from .rows import row
from .turns import Turn
from .writers import in_line

S = Step.Status
GRACE = timedelta(seconds=10)  # a nudge that was sent gets this long before the pump sends another
UNDO = "undo"
ASLEEP = (S.BLOCKED, S.QUEUED, S.DUE, S.ASKING)
CANCEL_LIMIT = timedelta(minutes=15)  # what a step may take to come to rest after a cancel


# MariaDB assigns from left to right, so `status` comes last. Written out because it is the hottest statement of all.
CLAIM = """
UPDATE opsportal_step SET takeovers = takeovers + CASE WHEN status = 'running' THEN 1 ELSE 0 END,
  fence = fence + 1, lease_until = %s, nudge_at = %s, started_at = COALESCE(started_at, %s), status = 'running'
WHERE id = %s AND (status IN ('due', 'queued') AND wake_at <= %s OR status = 'running' AND lease_until < %s)
"""


def lease() -> timedelta:
    return timedelta(seconds=settings.LEASE_SECONDS)


def claim(step_id: int) -> Step | None:
    """Take the step if it may be taken now: one compare-and-set that raises the fence. None: another has it."""
    now = clock.now()
    stamp, until = (connection.ops.adapt_datetimefield_value(at) for at in (now, now + lease()))
    with in_line(), connection.cursor() as cursor:
        cursor.execute(CLAIM, [until, until, stamp, step_id, stamp, stamp])
        if cursor.rowcount != 1:
            return None
    step = row(Step, step_id)
    step.run = row(Run, step.run_id)
    step.run.environment = row(Environment, step.run.environment_id)
    step.claimed_at = now
    return step


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


def update(step: Step, **changes: Any) -> None:
    """Write to a step this worker holds. Raises Lost when the fence has moved on.

    The object stays as it was claimed: a transaction that deadlocked is done again with the same one.
    """
    if not mine(step.pk, step.fence).update(**changes):
        raise Lost(f"Step {step.key} of run {step.run_id} is held by another worker.")


def look_again(turn: Turn, step: Step, seconds: float, **changes: Any) -> None:
    """Give the step back until `seconds` from now; short waits get a nudge, long ones are the pump's."""
    wake = turn.now + timedelta(seconds=max(0.0, seconds))
    deadline = end_of_time(turn, step)
    wake = max(turn.now, min(wake, deadline))
    delay = (wake - turn.now).total_seconds()
    nudge_at = wake + GRACE if delay <= SHORT else wake
    update(
        step,
        wake_at=wake,
        nudge_at=nudge_at,
        nudges=0,
        takeovers=0,
        deadline_at=deadline,
        queued_at=None,
        **{"stranded_at": None, "lease_until": None} | changes,
        status=S.DUE,
    )
    turn.state_changed = True
    if delay <= SHORT:
        turn.nudge(step.pk, step.queue, delay)


def end_of_time(turn: Turn, step: Step) -> datetime:
    """When the step's own time is over; a cancel, even one since the claim, sets another end."""
    if turn.run.cancel_at is not None:
        return turn.run.cancel_at + CANCEL_LIMIT
    return step.deadline_at or turn.now + timedelta(seconds=step.budget)


def release(turn: Turn, step: Step, **changes: Any) -> None:
    """Give the step back as it was; the next worker starts over at once."""
    look_again(turn, step, 0, **changes)


def queue(turn: Turn, step: Step) -> None:
    """Let the step wait for its locks; its deadline stands still meanwhile."""
    since = step.queued_at or turn.now
    first = step.queued_at is None
    update(
        step,
        queued_at=since,
        wake_at=turn.now,
        nudge_at=turn.now + GRACE,
        lease_until=None,
        status=S.QUEUED,
        **({} if step.acted or step.answer or step.deadline_at else {"started_at": None}),
        **stopped_clock(turn, step),
    )
    turn.state_changed = True
    if first:
        turn.say("Waits for its turn: " + ", ".join(step.locks) + ".", step=step)
    settle_run(turn)


def stopped_clock(turn: Turn, step: Step) -> dict[str, Any]:
    """The deadline taken away, what was left of it kept."""
    if step.deadline_at is None:
        return {}
    return {"budget": max(1.0, (step.deadline_at - turn.now).total_seconds()), "deadline_at": None}


def ask(turn: Turn, step: Step, approval: Approval, **changes: Any) -> None:
    """Put the question; locks are given back, and the deadline stands still until the answer."""
    approval.save()
    versions = locks.free(turn, step)
    update(
        step,
        **changes,
        answer=None,
        stranded_at=None,
        wake_at=approval.expires_at,
        nudge_at=approval.expires_at,
        lease_until=None,
        takeovers=0,
        lock_versions=versions,
        status=S.ASKING,
        **stopped_clock(turn, step),
    )
    turn.say(approval.question, "warning", step, approval=approval.pk)
    settle_run(turn)


def end(turn: Turn, step: Step, status: str, **changes: Any) -> None:
    """The step is over with this status: free its locks, let others start, roll up the run."""
    kept = {"lock_versions": locks.free(turn, step)} if step.locks else {}
    update(
        step,
        **changes,
        **kept,
        ended_at=turn.now,
        wake_at=None,
        nudge_at=None,
        lease_until=None,
        deadline_at=None,
        queued_at=None,
        note="",
        status=status,
    )
    settle_run(turn)


def add(turn: Turn, fresh: Sequence[Step], usual: Mapping[str, float]) -> None:
    """Insert the steps of a plan, blocked; `settle_run` lets the first ones start."""
    for step in fresh:
        step.usual_seconds = usual.get(step.key, step.usual_seconds)
    Step.objects.bulk_create(fresh)
    locks.ensure(turn.run.environment, {resource for step in fresh for resource in step.locks})
    known = {step.key: step.usual_seconds or 0.0 for step in fresh}
    turn.set(usual_seconds=graph.longest(known, {step.key: step.needs for step in fresh}) or None)


def kinds_of_steps(run_id: int) -> list[graph.Kind]:
    """Which sorts of steps the run has; as many rows as there are sorts, however large the graph."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT status, phase, gate FROM opsportal_step WHERE run_id = %s", [run_id])
        return [graph.Kind(status, phase, bool(gate)) for status, phase, gate in cursor.fetchall()]


def nodes(run_id: int) -> list[graph.Node]:
    """The graph of the run."""
    rows = Step.objects.filter(run_id=run_id).values_list("pk", "key", "status", "needs", "undo_needs", "phase")
    return [
        graph.Node(pk, key, status, tuple(undo_needs if phase == Step.Phase.UNDO else needs))
        for pk, key, status, needs, undo_needs, phase in rows
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
    if status != turn.run.status:
        turn.set(status=status)
        if status in Run.ENDED:
            finish(turn)


def wake(turn: Turn, step_ids: Sequence[int]) -> None:
    """Make these steps due now, but for those a worker has claimed in the meantime: a claim takes no run's row."""
    if not step_ids:
        return
    rows = Step.objects.filter(pk__in=step_ids)
    asleep = rows.filter(status__in=ASLEEP)
    asleep.update(wake_at=turn.now, nudge_at=turn.now + GRACE, nudges=0, status=S.DUE)
    for pk, queue_name in rows.filter(status=S.DUE).values_list("pk", "queue"):
        turn.nudge(pk, queue_name)


def skip(turn: Turn, step_ids: Sequence[int]) -> None:
    if not step_ids:
        return
    rows = Step.objects.filter(pk__in=step_ids)
    rows.update(status=S.SKIPPED, ended_at=turn.now, nudge_at=None)
    for step in rows:
        turn.say("Won't run: it needs what did not succeed.", "warning", step)


WORDS = {
    Run.Status.SUCCEEDED: ("Succeeded in {took}.", "info"),
    Run.Status.FAILED: ("Failed after {took}. {reason}", "error"),
    Run.Status.CANCELLED: ("Cancelled after {took}.", "warning"),
    Run.Status.UNDONE: ("Undone.", "info"),
    Run.Status.UNDO_FAILED: ("The undo failed. {reason}", "error"),
}


def finish(turn: Turn) -> None:
    """The last line of a run: how it ended, with the first cause."""
    first = turn.run.steps.filter(status__in=(S.FAILED, S.ABANDONED)).order_by("ended_at", "pk").first()
    failed = turn.run.status in (Run.Status.FAILED, Run.Status.UNDO_FAILED)
    reason = f"{first.key}: {first.cause or first.reason}" if first and failed else ""
    turn.set(ended_at=turn.now, reason=reason)
    text, level = WORDS[Run.Status(turn.run.status)]
    turn.say(text.format(took=spoken(turn.now - turn.run.created_at), reason=reason).strip(), level)


def spoken(took: timedelta) -> str:
    """A duration as people say it, such as “1 min 42 s”."""
    return spoken_seconds(took.total_seconds())


def spoken_seconds(seconds: float) -> str:
    if seconds < 10:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    parts = ((hours, "h"), (minutes, "min"), (0 if hours else rest, "s"))
    return " ".join(f"{n} {unit}" for n, unit in parts if n) or "0 s"
