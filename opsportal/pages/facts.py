"""All that the page of one run shows, gathered with a constant number of queries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from .. import catalog, clock, redaction, rights
from ..models import Approval, Run, Step
from ..runs import PLAN
from . import changes
from .verdict import Verdict, verdict

NEWEST = 200  # lines on the first page
User = AbstractBaseUser | AnonymousUser
S = Step.Status
R = Run.Status


@dataclass(frozen=True)
class Facts:
    """One run as it stands `now`, as this person may see it."""

    run: Run
    title: str
    now: datetime
    steps: Sequence[Step]
    approval: Approval | None
    verdict: Verdict | None
    may_steer: bool

    @property
    def elapsed(self) -> float:
        return ((self.run.ended_at or self.now) - self.run.created_at).total_seconds()

    @property
    def failed(self) -> int:
        return sum(step.status in (S.FAILED, S.ABANDONED) for step in self.steps)


def gather(run_id: int, user: User) -> Facts:
    """Raises Http404 when there is no such run."""
    rows = Run.objects.select_related("environment", "requested_by")
    run = get_object_or_404(rows, pk=run_id)
    steps = ordered(list(run.steps.defer("locks", "lock_versions", "input")))
    asked = Approval.objects.filter(step__run=run).select_related("step", "answered_by").order_by("-id").first()
    if asked:
        asked.step.run = run
    return Facts(
        run=run,
        title=title(run),
        now=clock.now(),
        steps=steps,
        approval=asked if asked and run.is_open else None,
        verdict=verdict(run, steps),
        may_steer=rights.may_start(user, run.environment),
    )


def title(run: Run) -> str:
    """Such as “Deploy stacks in prod-seoul”."""
    return _("%(runbook)s in %(environment)s") % {"runbook": book_title(run.runbook), "environment": run.environment}


def book_title(name: str) -> str:
    book = catalog.runbook(name)
    return book.title if book else name


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


def step_facts(step: Step) -> dict[str, Any]:
    """A step as the page's script knows it; times in ISO 8601."""
    return {
        "key": step.key,
        "needs": [need for need in step.needs if need != PLAN] or step.needs,
        "status": step.status,
        "phase": step.phase,
        "note": step.note,
        "reason": redaction.text(step.cause or step.reason),
        "started_at": step.started_at and step.started_at.isoformat(),
        "ended_at": step.ended_at and step.ended_at.isoformat(),
        "usual_seconds": step.usual_seconds,
        "progress_done": step.progress_done,
        "progress_of": step.progress_of,
    }


@dataclass(frozen=True)
class StepChanges:
    step: Step
    shown: Sequence[changes.Change]
    folded: Sequence[changes.Change]
    counts: Sequence[changes.Count]
    hot: bool


def changed(steps: Sequence[Step]) -> list[StepChanges]:
    """The changes of each step that has any, as it put them out or remembers them."""
    found = []
    for step in steps:
        known = changes.read(step.output.get("changes") or step.memory.get("changes"))
        if known:
            counts = [count for count in changes.tally(known) if count.number]
            found.append(StepChanges(step, *changes.split(known), counts, any(change.hot for change in known)))
    return found


def outputs(steps: Sequence[Step]) -> list[tuple[str, str]]:
    """Names and values of what the steps put out, secrets hidden."""
    found = []
    for step in steps:
        values = redaction.data(step.output.get("outputs") or {})
        if isinstance(values, dict):
            found += [(f"{step.key}.{name}", str(value)) for name, value in values.items()]
    return found


def inputs(run: Run) -> list[tuple[str, str]]:
    """The parameters that were given, with the titles of the runbook's declaration, secrets hidden."""
    book = catalog.runbook(run.runbook)
    known = book.params.model_json_schema().get("properties", {}) if book else {}
    shown = redaction.data(run.params)
    return [
        (str(known.get(name, {}).get("title", name)), spelled(value))
        for name, value in shown.items()
        if value not in (None, "", [], {})
    ]


def spelled(value: Any) -> str:
    if isinstance(value, dict):
        return "\n".join(f"{name} = {content}" for name, content in value.items())
    if isinstance(value, list):
        return ", ".join(str(item) for item in value)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return str(value)
