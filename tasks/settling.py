"""What comes of a wake-up: the outcome, the lines said and the new state of the run, in one transaction."""

import random
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import Any

from opsportal import approvals, claims, flow, readings, redaction, steps, turns, undoing
from opsportal.catalog import Action, Runbook
from opsportal.clock import uptime
from opsportal.contexts import Ask, Context, Done, Outcome, Wait
from opsportal.errors import Cancelling, Held, Lost, OpsError, Refused, StepFailed, TryLater
from opsportal.models import Event, Step
from opsportal.turns import Turn
from opsportal.words import gettext as _

from . import planning
from .keeper import HELPERS, Hold

S = Step.Status
POISON = 5  # take-overs in a row
STRANDED = 600.0  # seconds an unknown action is left for another worker
LONGEST_BACK_OFF = 60.0
AT_ITS_WORD = 3  # times in a row

GOES_ON = (Wait, Ask, Held, TryLater, planning.Planned, planning.UndoApproved)

Settle = Callable[[Turn], None]


def without_work(step: Step, action: Action | None) -> Settle | None:
    """How to settle a step whose function need not, or must not, be called; None: call it."""
    cancelling = step.run.cancel_at is not None
    if step.takeovers >= POISON:
        error = StepFailed(_("{n} workers in a row died at this step.").format(n=step.takeovers))
        return partial(fail, step=step, error=error, cancelling=cancelling)
    if action is None or step.memory_version > action.memory_version:
        return partial(strand, step=step, cancelling=cancelling)
    if step.deadline_at and step.wake_at and step.wake_at >= step.deadline_at:
        return partial(too_late, step=step, cancelling=cancelling)
    if cancelling and action.cancel is None:
        return partial(leave, step=step)
    return None


def settle(hold: Hold, work: Settle | None = None) -> Step | None:
    """Do this in one transaction, with the last lines said; a line that could not be flushed goes along.

    What the run has due next is claimed in the same one while the message's time slice lasts, and handed on afterwards.
    """

    slow = hold.slow()  # without the time for which settling waits for others that settle

    def both(turn: Turn) -> Step | None:
        turn.lines.extend(hold.lines)
        if work:
            work(turn)
        hold.following = claims.claim_next(turn, hold.step) if uptime() < hold.slice_end else None
        if slow or not hold.following:
            turn.nudges += claims.mark_nudged(hold.step, turn.now, HELPERS if slow else 1)
        return hold.following

    with hold.mutex:
        return turns.take(hold.step.run_id, both)


def conclude(
    hold: Hold, book: Runbook, context: Context[Any], outcome: Outcome | planning.Internal | OpsError
) -> Step | None:
    """Settle the outcome; the step that was claimed after it."""
    return settle(hold, partial(_conclude, hold=hold, book=book, context=context, outcome=outcome))


def give_back(hold: Hold) -> None:
    """Let another worker go on, at once or when a call that is under way must be over; no take-over is counted.

    Raises Lost: another has it already, or it is settled. What was claimed after it is given back, too.
    """
    if hold.following:
        with suppress(Lost):  # the transaction that would have claimed it was not committed
            turns.take(hold.step.run_id, partial(release, step=hold.following))
    seconds = hold.lease_end - uptime() if hold.calling else 0
    with hold.mutex:
        turns.take(hold.step.run_id, partial(release, step=hold.step, seconds=seconds, lines=hold.lines))


def release(turn: Turn, step: Step, seconds: float = 0, lines: Sequence[Event] = ()) -> None:
    turn.lines.extend(lines)
    steps.look_again(turn, step, seconds, lease_until=turn.now + timedelta(seconds=seconds))


def give_up(hold: Hold, error: StepFailed) -> Step | None:
    """Fail a step whose outcome could not be kept; what it remembers stays as it was."""
    return settle(hold, partial(fail, step=hold.step, error=error, cancelling=hold.cancelling))


def _conclude(
    turn: Turn,
    hold: Hold,
    book: Runbook,
    context: Context[Any],
    outcome: Outcome | planning.Internal | OpsError,
) -> None:
    step = hold.step
    if turn.run.cancel_at is not None and not hold.cancelling and isinstance(outcome, GOES_ON):
        outcome = Cancelling(
            _("Run {run} was cancelled.").format(run=turn.run.pk)
        )  # in the meantime: nothing more is begun
    changes = {"memory": context.memory, "memory_version": version(book, step), **hold.progress_columns()}
    match outcome:
        case Done():
            done(turn, step, outcome, hold.cancelling, changes)
        case Wait():
            steps.look_again(turn, step, outcome.seconds, note=noted(outcome.note), failures=0, **changes)
        case Ask():
            approval = approvals.new(turn, step, outcome)
            steps.ask(turn, step, approval, failures=0, note="", **changes)
        case planning.Planned():
            planning.insert(turn, book, outcome)
            steps.end(turn, step, S.SUCCEEDED, **changes)
        case planning.UndoApproved():
            undoing.begin(turn, step)
            steps.end(turn, step, S.SUCCEEDED, **changes)
        case Held():
            steps.hold(turn, step, outcome, **changes)
        case TryLater():
            back_off(turn, step, outcome, changes)
        case Cancelling():
            steps.release(turn, step, **changes)
        case Refused() if step.action == steps.UNDO:
            turn.say(outcome.message, "warning", step)
            steps.end(turn, step, S.CANCELLED, reason=outcome.message, **changes)
        case OpsError():
            fail(turn, step, outcome, hold.cancelling, changes)
        case _:
            raise TypeError(f"it answered {outcome!r}, not Done, Wait or Ask")


def version(book: Runbook, step: Step) -> int:
    """Of what this worker's code remembers, so that an older worker leaves it alone."""
    action = planning.action(book, step)
    return action.memory_version if action else step.memory_version


def done(turn: Turn, step: Step, outcome: Done, cancelling: bool, changes: dict[str, Any]) -> None:
    """The function is through: the step succeeded, came to rest after a cancel, or is undone."""
    status = S.UNDONE if step.phase == Step.Phase.UNDO else S.SUCCEEDED
    if cancelling:
        status = S.CANCELLED
        turn.say(_("Cancelled; AWS is at rest."), "warning", step)
    elif step.action != steps.UNDO:
        turn.say(ended(turn, step, status, outcome.unchanged), step=step)
    steps.end(turn, step, status, output=dict(outcome.output), unchanged=outcome.unchanged, **changes)


def ended(turn: Turn, step: Step, status: str, unchanged: bool) -> str:
    """The last line of a step that ended well."""
    undone, took = status == S.UNDONE, flow.spoken(turn.now - (step.started_at or turn.now))
    if unchanged:
        return _("Undone.") if undone else _("Nothing to change.")
    return (_("Undone in {took}.") if undone else _("Succeeded in {took}.")).format(took=took)


def back_off(turn: Turn, step: Step, error: TryLater, changes: dict[str, Any]) -> None:
    """Look again later, with full jitter; the first trouble of a row and each tenth are said.

    A time that the error names is taken at its word three times in a row; from then on it is the least.
    """
    ceiling = min(LONGEST_BACK_OFF, 0.5 * 2 ** min(step.failures, 10))
    seconds = random.uniform(ceiling / 4, ceiling)
    if error.seconds is not None:
        seconds = max(error.seconds, seconds) if step.failures >= AT_ITS_WORD else error.seconds
    if step.failures % 10 == 0 and (error.seconds is None or step.failures):
        turn.say(_("{why} Trying again.").format(why=error.message), "warning", step)
    failures = min(step.failures + 1, 1000)
    steps.look_again(turn, step, seconds, note=noted(error.message), failures=failures, **changes)


def noted(text: str) -> str:
    """What is waited for, as the column holds it."""
    return redaction.text(text)[:200]


def fail(
    turn: Turn, step: Step, error: OpsError, cancelling: bool = False, changes: dict[str, Any] | None = None
) -> None:
    """The step ends badly; after a cancel that means that AWS was left at work."""
    status = S.ABANDONED if cancelling else S.FAILED
    turn.say(error.message, "error", step)
    cause = redaction.text(getattr(error, "cause", "") or error.message)
    readings.drop(step)  # another try reads afresh
    steps.end(turn, step, status, reason=redaction.text(error.message), cause=cause, **(changes or {}))


def too_late(turn: Turn, step: Step, cancelling: bool) -> None:
    """The step's own time is over."""
    limit = flow.spoken_seconds(steps.CANCEL_LIMIT.total_seconds() if cancelling else step.timeout)
    text = _("Not at rest {limit} after the cancel; left as it is.") if cancelling else _("Took longer than {limit}.")
    fail(turn, step, StepFailed(f"{text.format(limit=limit)} {step.note}".strip()), cancelling)


def leave(turn: Turn, step: Step) -> None:
    """The run is cancelled and the step has no way to stop: say so where it has changed something."""
    if not step.acted:
        return steps.end(turn, step, S.CANCELLED)
    return fail(turn, step, StepFailed(_("It had begun to change AWS and can't be stopped; left as it is.")), True)


def strand(turn: Turn, step: Step, cancelling: bool) -> None:
    """This worker is older than the step: leave it for a newer one, for ten minutes."""
    since = step.stranded_at or turn.now
    if (turn.now - since).total_seconds() >= STRANDED:
        text = _("No worker knows how to do “{action}” of {runbook}. Update the workers, then retry.")
        error = StepFailed(text.format(action=step.action, runbook=step.run.runbook))
        return fail(turn, step, error, cancelling)
    return steps.look_again(turn, step, 10, stranded_at=since, note=_("Waits for a worker that knows this action."))
