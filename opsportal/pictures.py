"""How a run, its steps and its lines are told to a browser."""

import json
from collections.abc import Mapping, Set
from datetime import datetime
from typing import Any

from django.db.models import Count

from . import rights
from .models import Approval, Event, Run, Step
from .runs import PLAN

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


def state(run_id: int) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """How the run and its steps stand, as the browser is told. A step that waits in AWS is under way."""
    run = Run.objects.values("status", "reason", "ended_at", "cancel_at", "usual_seconds", "events").get(pk=run_id)
    steps = list(Step.objects.filter(run=run_id).order_by("position").values(*STEP_COLUMNS))
    asked = Approval.objects.filter(step__run=run_id).order_by("pk")
    asks = list(asked.values_list("step__key", "asked_at", "answered_at"))
    for step in steps:
        step["needs"] = needs(step.pop("phase"), step["needs"], step.pop("undo_needs"))
        step["asks"] = [times for key, *times in asks if key == step["key"]]
        if step["status"] == Step.Status.DUE and step["started_at"]:
            step["status"] = Step.Status.RUNNING
    question = Approval.objects.filter(step__run=run_id, status=Approval.Status.OPEN).values_list("pk", flat=True)
    return {**run, "approval": question.first()}, steps


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
    return value.isoformat() if isinstance(value, datetime) else str(value)


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
