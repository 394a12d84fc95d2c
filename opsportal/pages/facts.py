"""All that the page of one run shows, gathered with a constant number of queries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from .. import catalog, clock, redaction, rights
from ..live import pictures
from ..models import Approval, Run, Step
from . import looks
from .fields import schema_of
from .verdict import Verdict, listed, verdict
from .yields import spelled

NEWEST = 200  # lines on the first page
NEWS = timedelta(minutes=2)
User = AbstractBaseUser | AnonymousUser
S = Step.Status
R = Run.Status


@dataclass(frozen=True)
class Facts:
    """One run as it stands `now`, as this person may see it."""

    run: Run
    title: str
    now: datetime
    began: datetime
    steps: Sequence[Step]
    asks: Mapping[str, Sequence[tuple[datetime, datetime | None]]]
    questions: Sequence[Approval]
    answered: Approval | None
    answered_steps: str
    verdict: Verdict | None
    may_steer: bool

    @property
    def elapsed(self) -> float:
        return ((self.run.ended_at or self.now) - self.began).total_seconds()

    @property
    def failed(self) -> int:
        return sum(step.status in (S.FAILED, S.ABANDONED) for step in self.steps)


def gather(run_id: int, user: User) -> Facts:
    """Raises Http404 when there is no such run, PermissionDenied when the person may not see it."""
    rows = pictures.timed(Run.objects.select_related("environment", "requested_by", "retried_by"))
    run = pictures.told(get_object_or_404(rows, pk=run_id))
    rights.require_view(user, run.environment)
    steps = ordered(list(run.steps.defer("locks", "lock_versions", "input")))
    now = clock.now()
    known = Approval.objects.filter(step__run=run).select_related("step", "answered_by").prefetch_related("votes__by")
    asked = list(known.order_by("id"))
    approvals = asked if run.is_open else []
    for approval in approvals:
        approval.step.run = run
    last = newest([approval for approval in approvals if approval.answered_at], now)
    return Facts(
        run=run,
        title=title(run),
        now=now,
        began=run.began_at,
        steps=steps,
        asks=asks(asked),
        questions=[approval for approval in approvals if approval.status == Approval.Status.OPEN],
        answered=last,
        answered_steps=listed([a.step.key for a in approvals if last and alike(a, last, now)]),
        verdict=verdict(run, steps),
        may_steer=rights.may_start(user, run.environment),
    )


def asks(asked: Sequence[Approval]) -> dict[str, list[tuple[datetime, datetime | None]]]:
    """When each step asked and when that was answered."""
    found: dict[str, list[tuple[datetime, datetime | None]]] = {}
    for approval in asked:
        found.setdefault(approval.step.key, []).append((approval.asked_at, approval.answered_at))
    return found


def newest(answered: Sequence[Approval], now: datetime) -> Approval | None:
    """The answer that is still news: the last one, for two minutes."""
    said = [approval for approval in answered if approval.status != Approval.Status.WITHDRAWN]
    last = max(said, key=lambda approval: approval.answered_at or now, default=None)
    return last if last and last.answered_at and now - last.answered_at < NEWS else None


def alike(approval: Approval, last: Approval, now: datetime) -> bool:
    """Whether this answer is news too, and the same by the same person."""
    same = (approval.status, approval.answered_by_id) == (last.status, last.answered_by_id)
    return bool(same and approval.answered_at and now - approval.answered_at < NEWS)


def title(run: Run) -> str:
    """Such as “Deploy stacks in prod-seoul”."""
    return _("%(runbook)s in %(environment)s") % {"runbook": catalog.title(run.runbook), "environment": run.environment}


def ordered(steps: Sequence[Step]) -> list[Step]:
    """What is needed comes first, the plan's order otherwise kept."""
    known = {step.key: step for step in steps}
    placed: dict[str, Step] = {}

    def place(step: Step, above: frozenset[str]) -> None:
        for need in step.needs:
            if need in known and need not in placed and need not in above:
                place(known[need], above | {step.key})
        placed[step.key] = step

    for step in steps:
        if step.key not in placed:
            place(step, frozenset())
    return list(placed.values())


def step_facts(step: Step, asks: Sequence[tuple[datetime, datetime | None]] = ()) -> dict[str, Any]:
    """A step as the page's script knows it; times in ISO 8601."""
    return {
        "key": step.key,
        "needs": pictures.needs(step.phase, step.needs, step.undo_needs),
        "status": looks.shown_status(step),
        "note": step.note,
        "reason": redaction.text(step.reason),
        "cause": redaction.text(step.cause),
        "started_at": step.started_at and step.started_at.isoformat(),
        "ended_at": step.ended_at and step.ended_at.isoformat(),
        "usual_seconds": step.usual_seconds,
        "progress_done": step.progress_done,
        "progress_of": step.progress_of,
        "asks": [[asked.isoformat(), answered and answered.isoformat()] for asked, answered in asks],
    }


def inputs(run: Run) -> list[tuple[str, str]]:
    """The parameters that were given, with the titles of the runbook's declaration, secrets hidden."""
    book = catalog.runbook(run.runbook)
    known = schema_of(book.params).get("properties", {}) if book else {}
    shown = redaction.data(run.params)
    return [
        (_(str(known.get(name, {}).get("title", name))), spelled(value))
        for name, value in shown.items()
        if value not in (None, "", [], {})
    ]
