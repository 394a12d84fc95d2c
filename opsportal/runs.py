"""What people do to runs: start, cancel, retry. Each is one transaction and safe to repeat."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import CharField, Value
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext as _
from pydantic import BaseModel, ValidationError

from . import audit, catalog, clock, contexts, flow, inserts, rights, steps
from .catalog import Runbook, StepSpec
from .complaints import complaint
from .errors import Invalid, Refused
from .locks import nudge_first
from .models import Approval, Environment, Run, Step
from .nudges import GRACE
from .telling import runs as told
from .turns import Turn, take
from .words import format_lazy, gettext_lazy
from .writers import in_line

S = Step.Status
R = Run.Status
PLAN = "plan"
PLAN_LIMIT = 300.0
KEPT = timedelta(days=7)  # for which a key gives the run again that it started


def start(runbook: str, environment: Environment, params: Mapping[str, Any], by: Any, key: str) -> Run:
    """Start a run; the same caller and key give the same run again. `by`: a user, a token's caller, or a policy's.

    Raises Invalid, Refused.
    """
    rights.require_start(by, environment)
    book = catalog.runbook(runbook)
    if book is None:
        raise Invalid(_("There is no runbook “%(name)s”.") % {"name": runbook}, "runbook")
    clean = validated(book, params)
    digest = contexts.digest([book.name, environment.pk, clean])
    caller = getattr(by, "caller", f"user:{by.pk}")
    try:
        with in_line(), transaction.atomic():
            run = Run(
                runbook=book.name,
                environment=environment,
                params=clean,
                requested_by_id=by.pk,
                firing_id=getattr(by, "firing_id", None),
                caller=caller,
                key=key,
                digest=digest,
                created_at=clock.now(),
            )
            inserts.add(Run, [run])
            turn = Turn(run, run.created_at)
            begin(turn, book, str(by))
            told.began(turn)
            audit.record("run.start", run, by, at=turn.now)
    except IntegrityError:
        if forgotten(caller, key):
            return start(runbook, environment, params, by, key)
        return repeated(caller, key, digest)
    turn.tell()
    return run


def begin(turn: Turn, book: Runbook, by: str) -> None:
    """The first line and the first steps of a fresh run; a plan is due at once, which needs no look at the graph."""
    turn.say(format_lazy(gettext_lazy("Started by {by}."), by=by))
    if isinstance(book.plan, tuple):
        turn.set(status=R.RUNNING)
        flow.add(turn, planned(turn.run, book, book.plan))
        flow.settle_run(turn)
    else:
        plan = Step(run=turn.run, key=PLAN, action=PLAN, queue="long", timeout=PLAN_LIMIT, budget=PLAN_LIMIT)
        plan.status, plan.wake_at, plan.nudge_at = S.DUE, turn.now, turn.now + GRACE
        flow.add(turn, [plan])
        turn.nudge(plan.pk, plan.queue)
    turn.close()


def planned(run: Run, book: Runbook, specs: Sequence[StepSpec], after: Sequence[str] = ()) -> list[Step]:
    """Steps as the plan wants them, each also after `after`."""
    return [
        Step(
            run=run,
            key=spec.key,
            position=place,
            action=spec.action,
            queue=book.actions[spec.action].queue,
            needs=[*spec.needs, *after],
            locks=sorted(set(spec.locks)),
            input=dict(spec.input),
            timeout=spec.timeout,
            budget=spec.timeout,
            usual_seconds=spec.usual_seconds,
            memory_version=book.actions[spec.action].memory_version,
        )
        for place, spec in enumerate(specs, start=1)
    ]


def validated(book: Runbook, params: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters as the runbook declares them. Raises Invalid with a sentence for each wrong field."""
    clean, fields = fitted(book.params, params)
    if clean is None:
        text = "; ".join(f"{name}: {message}" if name else message for name, message in fields.items())
        words = {"runbook": book.name, "text": text}
        raise Invalid(_("%(runbook)s can't run like this. %(text)s.") % words, fields=fields)
    return clean.model_dump(mode="json")


def fitted(declared: type[BaseModel], values: Mapping[str, Any]) -> tuple[BaseModel | None, dict[str, str]]:
    """The values as they are declared; None where one is wrong, with a word to each that is."""
    clean, fields = None, unknown(declared, values)
    try:
        clean = declared.model_validate(dict(values))
    except ValidationError as error:
        fields |= {".".join(str(part) for part in e["loc"]): complaint(e) for e in error.errors()}
    return (None if fields else clean), fields


def unknown(declared: type[BaseModel], values: Mapping[str, Any]) -> dict[str, str]:
    """A word to each value that is not declared: a slip in a name must not run without what was meant."""
    known = {name for key, field in declared.model_fields.items() for name in (key, field.alias) if name}
    return {str(name): _("There is no such parameter") for name in values if name not in known}


def forgotten(caller: str, key: str) -> bool:
    """Whether the key was so old that it is free for another run now."""
    old = Run.objects.filter(caller=caller, key=key, created_at__lt=clock.now() - KEPT)
    return bool(old.update(key=Concat(Value("before:"), Cast("pk", CharField()))))


def repeated(caller: str, key: str, digest: str) -> Run:
    run = Run.objects.get(caller=caller, key=key)
    if run.digest != digest:
        words = {"key": key, "run": run.pk}
        raise Invalid(
            _("The key “%(key)s” started run %(run)s, which was asked for otherwise. Use a new key.") % words, "key"
        )
    return run


def named(run: Run) -> dict[str, object]:
    """The run in a sentence."""
    return {"run": run.pk, "status": run.get_status_display().lower()}


def cancel(run_id: int, by: Any) -> None:
    """Ask an open run to end; steps at work come to rest first. Repeating it changes nothing. Raises Refused."""
    take(run_id, lambda turn: _cancel(turn, by))


def _cancel(turn: Turn, by: Any) -> None:
    rights.require_start(by, turn.run.environment)
    if not turn.run.is_open:
        raise Refused(_("Run %(run)s is over: %(status)s.") % named(turn.run))
    if turn.run.cancel_at is not None:
        return
    if turn.run.status != R.UNDOING:
        turn.set(status=R.CANCELLING)
    turn.set(cancel_at=turn.now)
    turn.say(format_lazy(gettext_lazy("Cancelled by {by}. Steps at work come to rest first."), by=by), "warning")
    audit.record("run.cancel", turn.run, by)
    Approval.objects.filter(step__run=turn.run, status=Approval.Status.OPEN).update(
        status=Approval.Status.WITHDRAWN, answered_at=turn.now
    )
    mine = turn.run.steps
    left = {resource for wanted in mine.filter(status=S.QUEUED).values_list("locks", flat=True) for resource in wanted}
    fresh = mine.filter(status__in=(S.BLOCKED, S.QUEUED, S.DUE), started_at=None)
    fresh.update(status=S.CANCELLED, ended_at=turn.now, nudge_at=None, wake_at=None)
    mine.filter(status=S.BLOCKED).update(status=S.CANCELLED, ended_at=turn.now)
    mine.filter(status__in=Step.ACTIVE).update(deadline_at=turn.now + steps.CANCEL_LIMIT)
    asleep = mine.filter(status__in=(S.QUEUED, S.DUE, S.ASKING)).exclude(lease_until__gt=turn.now)  # a call may be out
    flow.wake(turn, list(asleep.values_list("pk", flat=True)))
    if left:
        nudge_first(turn, left)  # who stood behind a waiter of this run
    flow.settle_run(turn)


def retry(run_id: int, by: Any, line: int | None = None) -> None:
    """Go on with an ended run from what failed, with the inputs it was started with. Raises Refused.

    `line`: the run's last one that the person has seen. Where more has happened since, nothing is tried again.
    """
    take(run_id, lambda turn: _retry(turn, by, line))


def _retry(turn: Turn, by: Any, line: int | None) -> None:
    rights.require_start(by, turn.run.environment)
    if line not in (None, turn.run.events):
        raise Refused(_("Run %(run)s has gone on since you saw it: it is %(status)s.") % named(turn.run))
    again = {R.FAILED: R.RUNNING, R.CANCELLED: R.RUNNING, R.UNDO_FAILED: R.UNDOING}
    if turn.run.status not in again:
        raise Refused(_("Run %(run)s is %(status)s: there is nothing to retry.") % named(turn.run))
    was = turn.run.status
    stuck = turn.run.steps.filter(status__in=(S.FAILED, S.SKIPPED, S.CANCELLED, S.ABANDONED)).exclude(gate=True)
    if was == R.UNDO_FAILED:
        stuck = stuck.filter(phase=Step.Phase.UNDO)
    planning = stuck.filter(key=PLAN).exists()
    turn.set(
        status=R.PLANNING if planning else again[R(was)], ended_at=None, cancel_at=None, reason="", retried_by_id=by.pk
    )
    turn.say(format_lazy(gettext_lazy("Tried again by {by}."), by=by))
    audit.record("run.retry", turn.run, by)
    told.reopened(turn)
    for step in stuck:
        reset(step)
    flow.settle_run(turn)


def reset(step: Step) -> None:
    """Make a step that ended badly start over as its next try; what it remembers stays."""
    Step.objects.filter(pk=step.pk).update(
        status=S.BLOCKED,
        try_no=step.try_no + 1,
        budget=step.timeout,
        answer=None,
        queued_at=None,
        started_at=None,
        ended_at=None,
        reason="",
        cause="",
        takeovers=0,
        failures=0,
        stranded_at=None,
    )
