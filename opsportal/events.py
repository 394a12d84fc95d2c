"""What happened, line by line, numbered without gaps in the database."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.functional import Promise

from . import inserts, redaction, words
from .models import Event, Run, Step


def line(
    run: Run, at: datetime, text: "str | Promise", level: str, step: Step | None, data: Mapping[str, Any]
) -> Event:
    """An event still without a number; secrets are taken out here, before anything keeps it."""
    return Event(
        run=run,
        at=at,
        level=level,
        step_key=step.key if step else "",
        text=redaction.text(words.on_record(text)),
        data=redaction.data(data),
    )


def record(run: Run, lines: Sequence[Event]) -> int:
    """Number the lines and insert them; the caller holds the run's row and saves its `events` count."""
    for event in lines:
        run.events += 1
        event.number = run.events
    inserts.insert(Event, lines)
    return run.events


def lines(run_id: int, after: int = 0, before: int | None = None, limit: int = 500) -> list[Event]:
    """Up to `limit` lines of a run in order: the first ones after `after`, or the last ones before `before`."""
    found = Event.objects.filter(run_id=run_id, number__gt=after)
    if before is None:
        return list(found.order_by("number")[:limit])
    return list(found.filter(number__lt=before).order_by("-number")[:limit])[::-1]
