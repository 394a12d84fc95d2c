"""How a run, its steps and its lines are told to a browser."""

import json
from collections.abc import Mapping, Set
from datetime import datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Case, Count, F, OuterRef, QuerySet, Subquery, When
from django.db.models.functions import Coalesce

from .. import rights, rows
from ..models import Approval, Event, Run, Step
from ..runs import PLAN

REST = DjangoJSONEncoder()
Counts = Mapping[str, Mapping[int, int]]
STEP_COLUMNS = (
    "key",
    "status",
    "note",
    "reason",
    "cause",
    "started_at",
    "ended_at",
    "usual_seconds",
    "progress_done",
    "progress_of",
    "phase",
    "needs",
    "undo_needs",
)


REFUSED = (Step.Status.FAILED, Step.Status.CANCELLED, Step.Status.ABANDONED)


def timed(runs: "QuerySet[Run]") -> "QuerySet[Run, Any]":
    """The runs, each with `began_at`, `over_at` and `usual` (seconds) of what it is about now.

    An undo counts from when it was asked for, and has no usual time. One that was refused changes nothing: the run
    was over when the last of its other steps was.
    """
    gates = Step.objects.filter(run=OuterRef("pk"), gate=True).order_by("-position")
    asked = gates.exclude(status__in=REFUSED).values_list(Coalesce("started_at", "wake_at"))
    others = Step.objects.filter(run=OuterRef("pk"), gate=False, ended_at__isnull=False).order_by("-ended_at")
    refused = When(
        gate__in=REFUSED, ended_at__isnull=False, then=Coalesce(Subquery(others.values("ended_at")[:1]), "ended_at")
    )
    return runs.annotate(
        gate=Subquery(gates.values("status")[:1]),
        began_at=Coalesce(Subquery(asked[:1]), "created_at"),
        over_at=Case(refused, default="ended_at"),
        usual=Case(When(began_at=F("created_at"), then="usual_seconds")),
    )


def told(run: Any) -> Any:
    """The run that `timed` annotated with its times as people are told them; not to be saved."""
    run.ended_at, run.usual_seconds = run.over_at, run.usual
    return run


def state(run_id: int) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """How the run and its steps stand, as the browser is told."""
    columns = ("status", "reason", "cancel_at", "events", "began_at", "over_at", "usual")
    run: dict[str, Any] = timed(Run.objects.all()).values(*columns).get(pk=run_id)
    run |= {"ended_at": run.pop("over_at"), "usual_seconds": run.pop("usual")}
    steps = how_steps_stand(run_id)
    asked = Approval.objects.filter(step__run=run_id).order_by("pk")
    asks = list(asked.values_list("step__key", "asked_at", "answered_at"))
    for step in steps:
        step["asks"] = [times for key, *times in asks if key == step["key"]]
    question = Approval.objects.filter(step__run=run_id, status=Approval.Status.OPEN).values_list("pk", flat=True)
    return {**run, "approval": question.first()}, steps


def how_steps_stand(run_id: int) -> list[dict[str, Any]]:
    """The run's steps in order. A step that waits in AWS is under way."""
    steps = rows.several(Step, STEP_COLUMNS, "run_id = %s ORDER BY position", [run_id])
    for step in steps:
        step["needs"] = needs(step.pop("phase"), step["needs"], step.pop("undo_needs"))
        if step["status"] == Step.Status.DUE and step["started_at"]:
            step["status"] = Step.Status.RUNNING
    return steps


def needs(phase: str, to_do: list[str], to_undo: list[str]) -> list[str]:
    """What a step waits for in this phase; the plan only where there is nothing else."""
    named = to_undo if phase == Step.Phase.UNDO else to_do
    return [need for need in named if need != PLAN] or named


def counts() -> Counts:
    """How many runs and how many questions are open, by the environment's id."""
    runs = Run.objects.filter(status__in=Run.OPEN).values_list("environment").annotate(n=Count("pk")).order_by()
    asked = Approval.objects.filter(status=Approval.Status.OPEN).values_list("step__run__environment")
    return {"runs": dict(runs), "questions": dict(asked.annotate(n=Count("pk")).order_by())}


def seen(known: Counts, environments: Set[int] | None) -> dict[str, int]:
    """The counts of the sidebar for who sees these environments; None: all of them."""
    return {
        name: sum(n for where, n in by_environment.items() if environments is None or where in environments)
        for name, by_environment in known.items()
    }


def environments_seen(user: Any) -> frozenset[int] | None:
    """The ids of the environments this person may see; None: all, those to come too."""
    if rights.everywhere(user, rights.VIEW):
        return None
    return frozenset(rights.environments(user).values_list("pk", flat=True))


def message(kind: str, data: dict[str, Any], number: int | None = None) -> bytes:
    """One Server-Sent Event. HTML Living Standard: Server-sent events."""
    head = f"id: {number}\n" if number is not None else ""
    body = json.dumps(data, default=plain, separators=(",", ":"))
    return f"{head}event: {kind}\ndata: {body}\n\n".encode()


def plain(value: Any) -> str:
    """A time as REST writes it (RFC 3339, in UTC, to the millisecond); anything else as its text."""
    return str(REST.default(value)) if isinstance(value, datetime) else str(value)


def line_message(event: Event) -> bytes:
    return message("line", line(event), event.number)


def line(event: Event) -> dict[str, Any]:
    """An event as the browser is told."""
    return {
        "number": event.number,
        "at": event.at,
        "level": event.level,
        "step": event.step_key,
        "text": event.text,
        "data": event.data,
    }
