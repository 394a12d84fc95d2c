"""Rows become what messages show: a run with its steps and the first of its open questions."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import cast

from django.conf import settings
from django.urls import reverse

from .. import approvals, catalog, redaction
from ..models import Approval, Event, Run, Step
from ..pages import verdict, yields
from ..words import gettext as _
from . import seen, stakes
from .seen import FAILED, QuestionSeen, RunSeen, StepSeen

BESIDE = ("environment", "requested_by", "firing__policy")  # rows that a run is read with
# Of a step, read without making objects of models: of 20,000 steps that would take half a second.
LIGHT = ("key", "position", "status", "phase", "note", "reason", "cause", "unchanged", "started_at", "ended_at")
LOG = 60  # lines of a log's end


def page(run: Run) -> str:
    return settings.PUBLIC_URL + reverse("admin:opsportal_run_page", args=[run.pk])


def run(row: Run, outputs: bool = False) -> RunSeen:
    """The run as it is now. `outputs`: with what it has put out."""
    steps = row.steps.all() if outputs else row.steps.values_list(*LIGHT, named=True)
    return one(row, cast(Sequence[Step], list(steps)), asked(row), outputs)


def runs(rows: Iterable[Run]) -> list[RunSeen]:
    return [run(row) for row in rows]


def one(row: Run, steps: Sequence[Step], questions: Sequence[Approval], outputs: bool) -> RunSeen:
    return RunSeen(
        id=row.pk,
        title=catalog.title(row.runbook),
        runbook=row.runbook,
        environment=row.environment.name,
        protected=row.environment.protected,
        status=row.status,
        by=by(row),
        started_at=row.created_at,
        ended_at=row.ended_at,
        usual=row.usual_seconds,
        url=page(row),
        steps=tuple(StepSeen(each.key, each.status, each.reason or each.note) for each in steps),
        line=matter(row, steps),
        **ending(row, steps),
        question=question(questions[0]) if questions else None,
        others=max(0, len(questions) - 1),
        outputs=tuple(yields.outputs(steps)) if outputs else (),
        buttons=seen.buttons(row.status, bool(questions)),
        events=row.events,
    )


def by(row: Run) -> str:
    """Who started it: a person, or the policy that was due."""
    if row.firing:
        return _("policy {name}").format(name=row.firing.policy)
    return str(row.requested_by or row.caller)


def matter(row: Run, steps: Sequence[Step]) -> str:
    """What is under way, or what the run came to."""
    said = verdict.verdict(row, steps)
    if said is not None:
        return redaction.text(f"{said.cause} {said.consequence}".strip())
    noted = [f"{step.key}: {step.note}" for step in steps if step.status == Step.Status.RUNNING and step.note]
    return noted[-1] if noted else last_line(row)


def last_line(row: Run) -> str:
    last = row.lines.filter(number=row.events).values_list("step_key", "text").first()
    return ": ".join(filter(None, last)) if last else ""


def ending(row: Run, steps: Sequence[Step]) -> dict[str, str]:
    """The first cause of a failure and what it means; of another run what it says of its end."""
    broken = verdict.first_failed(steps)
    if row.status not in FAILED or broken is None:
        return {"reason": row.reason}
    return {"cause": row.reason, "reason": verdict.consequence(row, steps, broken)}


def asked(row: Run) -> list[Approval]:
    """The open questions, the first asked first."""
    rows = Approval.objects.filter(step__run=row, status=Approval.Status.OPEN)
    return list(rows.select_related("step__run__environment").order_by("pk")) if row.is_open else []


def question(approval: Approval) -> QuestionSeen:
    changes, facts = stakes.read(approval.shown)
    return QuestionSeen(
        approval=approval.pk,
        number=approval.number,
        digest=approval.digest,
        question=approval.question,
        expires_at=approval.expires_at,
        stakes=changes,
        facts=facts,
        votes=len(approvals.standing(approval)) if approval.needed > 1 else 0,
        needed=approval.needed,
    )


def of_question(row: Run, approval: Approval) -> RunSeen:
    """The run with this question and nothing else that it says."""
    return replace(run(row), question=question(approval), others=0, steps=(), line="")


def log(row: Run) -> tuple[list[str], int]:
    """The end of the log, and how many lines come before it."""
    rows = Event.objects.filter(run=row).order_by("-number")[:LOG].values_list("number", "at", "step_key", "text")
    lines = [f"{at:%H:%M:%S} {f'{key}: ' if key else ''}{text}" for _number, at, key, text in reversed(rows)]
    return lines, rows[len(rows) - 1][0] - 1 if rows else 0
