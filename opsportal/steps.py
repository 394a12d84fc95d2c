"""What workers do to a step they have claimed: change it, give it back with what came of it, end it."""

from datetime import datetime, timedelta
from typing import Any

from . import locks, rows, words
from .errors import Held, Lost
from .flow import settle_run
from .models import Approval, Step
from .nudges import GRACE, SHORT
from .telling import runs as told
from .turns import Turn
from .words import gettext as _

S = Step.Status
UNDO = "undo"
LONGEST_WAIT = timedelta(minutes=5)  # between two looks of the pump at a step that waits for its locks
CANCEL_LIMIT = timedelta(minutes=15)  # what a step may take to come to rest after a cancel

MINE = "id = %s AND fence = %s AND status = 'running'"


def update(step: Step, **changes: Any) -> None:
    """Write to a step this worker holds. Raises Lost when the fence has moved on.

    The object stays as it was claimed: a transaction that deadlocked is done again with the same one.
    """
    if not rows.update(Step, changes, MINE, [step.pk, step.fence]):
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
        held_at=None,
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
        nudge_at=turn.now + min(LONGEST_WAIT, GRACE * 2 ** min(step.nudges, 6)),
        lease_until=None,
        status=S.QUEUED,
        **({} if step.acted or step.answer or step.deadline_at else {"started_at": None}),
        **stopped_clock(turn, step),
    )
    turn.state_changed = True
    if first:
        turn.say(_("Waits for its turn: {names}.").format(names=", ".join(step.locks)), step=step)
    settle_run(turn)


def hold(turn: Turn, step: Step, held: Held, **changes: Any) -> None:
    """Let the step wait for the end of a pause or a freeze, its locks given back.

    Its deadline stands still meanwhile; after a cancel it does not, for a cancel always ends.
    """
    wake = min(max(held.until or turn.now + LONGEST_WAIT, turn.now), turn.now + LONGEST_WAIT)
    time = stopped_clock(turn, step)
    if turn.run.cancel_at is not None:
        time = {"deadline_at": end_of_time(turn, step)}
        wake = min(wake, time["deadline_at"])
    versions = locks.free(turn, step)
    note = words.on_record(held.message)[:200]
    update(
        step,
        **changes,
        held_at=step.held_at or turn.now,
        note=note,
        wake_at=wake,
        nudge_at=wake,
        nudges=0,
        lease_until=None,
        takeovers=0,
        stranded_at=None,
        lock_versions=versions,
        status=S.DUE,
        **time,
    )
    turn.state_changed = True
    if step.held_at is None or step.note != note:
        turn.say(held.message, "warning", step)


def stopped_clock(turn: Turn, step: Step) -> dict[str, Any]:
    """The deadline taken away, what was left of it kept."""
    if step.deadline_at is None:
        return {}
    return {"budget": max(1.0, (step.deadline_at - turn.now).total_seconds()), "deadline_at": None}


def ask(turn: Turn, step: Step, approval: Approval, **changes: Any) -> None:
    """Put the question; locks are given back, and the deadline stands still until the answer."""
    approval.save()
    told.asked(turn, approval)
    versions = locks.free(turn, step)
    update(
        step,
        **changes,
        answer=None,
        stranded_at=None,
        held_at=None,
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
        held_at=None,
        note="",
        status=status,
    )
    settle_run(turn)
