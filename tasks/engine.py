"""One wake-up of one step: claim it, let its action observe, decide and act once, settle what came of it."""

from contextlib import suppress
from functools import partial
from typing import Any

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError
from pydantic import BaseModel, ValidationError

from opsportal import catalog, claims, events, locks, steps, turns
from opsportal.catalog import Action, Runbook
from opsportal.clock import uptime
from opsportal.contexts import Answer, Context, EnvironmentFacts, Level, Outcome
from opsportal.errors import Gone, Lost, OpsError, StepFailed
from opsportal.health import tally
from opsportal.models import Run, Step
from opsportal.turns import Turn
from opsportal.words import gettext as _

from . import keeper, planning, processes, settling, writing
from .aws.budget import shared
from .aws.session import Door
from .guard import Guard
from .keeper import Hold

log = structlog.get_logger(__name__)

SLICE = 0.25  # seconds for which a message lets a worker go on in its run; other runs get their turn then


def advance(step_id: int) -> None:
    """Do whatever is to be done for this step now; nothing when another has it or it is not due.

    While the time slice of the message lasts, go on with what the run has due next.
    """
    slice_end = uptime() + SLICE
    step = claims.claim(step_id)
    while step:
        step = attend(step, slice_end)


def attend(step: Step, slice_end: float) -> Step | None:
    """Do what is to be done for a claimed step; the one that was claimed after it."""
    count(step)
    with structlog.contextvars.bound_contextvars(run=step.run_id, step=step.key):
        try:
            return wake_up(step, slice_end)
        except (Lost, Gone) as lost:  # taken over, or deleted with its run
            log.warning("lost the step", reason=lost.message)
            return None


def count(step: Step) -> None:
    """Tell /metrics how long the step was due, or that its last worker was lost; waiting for locks is neither."""
    if step.queued_at is not None or step.wake_at is None:
        return
    if step.takeovers:
        tally.taken_over()
    else:
        tally.claimed((step.claimed_at - step.wake_at).total_seconds())


def wake_up(step: Step, slice_end: float) -> Step | None:
    """Take a claimed step through one wake-up while the keeper keeps it; the next one. Raises Lost, Gone."""
    book = catalog.runbook(step.run.runbook)
    action = planning.action(book, step) if book else None
    start, limit = step.claimed_uptime, action.limit if action else 0
    cancelling, lease_end = step.run.cancel_at is not None, start + settings.LEASE_SECONDS
    hold = Hold(step, cancelling, lease_end, start + limit, slice_end=slice_end, renewed=start)
    with keeper.holding(hold):
        try:
            return work(hold, book, action)
        except SystemExit:  # so Celery ends this process
            with suppress(Lost):
                settling.give_back(hold)
            raise


def work(hold: Hold, book: Runbook | None, action: Action | None) -> Step | None:
    """Settle the step at once, queue it for its locks, or look; what was claimed after it."""
    at_once = settling.without_work(hold.step, action)
    if at_once is None and book and action:
        return look(hold, book, action) if got_locks(hold.step) else settling.settle(hold)
    return settling.settle(hold, at_once)


def look(hold: Hold, book: Runbook, action: Action) -> Step | None:
    """Call the function and keep what it answers; an answer that can't be kept, such as no JSON, fails the step."""
    try:
        context = make_context(hold.step, book, hold)
    except StepFailed as error:
        return settling.give_up(hold, error)
    outcome = observe(chosen(action, hold.step), context)
    try:
        return settling.conclude(hold, book, context, outcome)
    except (OpsError, OperationalError, InterfaceError):
        raise
    except Exception as error:
        log.exception("a step's outcome could not be kept")
        return settling.give_up(hold, fault(error))


def chosen(action: Action, step: Step) -> catalog.StepFunction:
    """Which of the action's functions this wake-up calls."""
    if step.run.cancel_at is not None and action.cancel:
        return action.cancel
    return action.undo if step.phase == Step.Phase.UNDO and action.undo else action.run


def observe(function: Any, context: Context[Any]) -> Outcome | planning.Internal | OpsError:
    """What the function answers or raises; a fault of the code itself fails the step, and the log has the trace."""
    try:
        outcome: Outcome | planning.Internal = function(context)
        return outcome
    except Lost:
        raise
    except OpsError as error:
        return error
    except Exception as error:
        log.exception("a step's code failed")
        return fault(error)


def fault(error: Exception) -> StepFailed:
    """What is told of a fault of the code itself."""
    text = _("opsportal's own code failed here, {kind}: {error}. The worker's log has more.")
    return StepFailed(text.format(kind=type(error).__name__, error=error))


def got_locks(step: Step) -> bool:
    """Whether the step has its locks; else it is queued now."""
    if not step.locks or step.run.cancel_at is not None or locks.held(step):
        return True

    def get(turn: Turn) -> bool:
        if turn.run.cancel_at is not None:
            steps.release(turn, step)
            return False
        steps.update(step, note="")
        if locks.take(turn, step):
            return True
        steps.queue(turn, step)
        return False

    return turns.take(step.run_id, get)


def make_context(step: Step, book: Runbook, hold: Hold) -> Context[Any]:
    """All that the step's function gets."""
    facts = environment_facts(step.run)
    budget = shared(settings.BROKER, settings.AWS_REQUESTS_PER_SECOND)
    memory = dict(step.memory)
    return Context(
        params=parameters(book, step.run),
        environment=facts,
        aws=Door(facts, Guard(hold), step.run_id, settings.AWS_ENDPOINT, budget),
        memory=memory,
        now=step.claimed_at,
        say=partial(say, hold),
        progress=partial(progress, hold),
        program=partial(processes.run, hold.check, partial(say, hold)),
        write=partial(writing.write, hold, {"memory": memory, "memory_version": settling.version(book, step)}),
        key=step.key,
        input=step.input,
        outputs=outputs(step),
        run_id=step.run_id,
        step_id=step.pk,
        try_no=step.try_no,
        started_at=step.started_at or step.claimed_at,
        usual_seconds=step.usual_seconds,
        answer=Answer(**step.answer) if step.answer else None,
        cancelled_at=step.run.cancel_at,
        undoing=step.phase == Step.Phase.UNDO,
    )


def parameters(book: Runbook, run: Run) -> BaseModel:
    """The run's parameters as its runbook declares them. Raises StepFailed: today's runbook does not take them."""
    try:
        return book.params.model_validate(run.params)
    except ValidationError as error:
        wrong = ", ".join(".".join(str(part) for part in each["loc"]) or each["msg"] for each in error.errors())
        text = _("{runbook} does not take this run's parameters any more: {wrong}. Start a new run.")
        raise StepFailed(text.format(runbook=book.name, wrong=wrong)) from error


def environment_facts(run: Run) -> EnvironmentFacts:
    env = run.environment
    return EnvironmentFacts(
        name=env.name,
        account=env.account,
        regions=tuple(env.regions),
        role_arn=env.role_arn,
        external_id=env.external_id,
        service_role_arn=env.service_role_arn,
        variables={name: as_text(value) for name, value in env.variables.items()},
        protected=env.protected,
        probes=tuple(env.probes.split()),
    )


def as_text(value: Any) -> str:
    """A variable as blueprints see it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def outputs(step: Step) -> dict[str, dict[str, Any]]:
    """What the steps this one needs have put out, by key."""
    if not step.needs:
        return {}
    return dict(Step.objects.filter(run=step.run_id, key__in=step.needs).values_list("key", "output"))


def say(hold: Hold, text: str, /, level: Level = "info", **data: Any) -> None:
    """An event of the step; it is in the database half a second later, or with the settling."""
    hold.check()
    hold.lines.append(events.line(hold.step.run, hold.now(), text, level, hold.step, data))


def progress(hold: Hold, done: int, of: int) -> None:
    hold.check()
    hold.progress = (done, of)
