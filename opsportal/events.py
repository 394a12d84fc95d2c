"""What happened, line by line: numbers without gaps in the database, a hint on a Redis stream after commit."""

import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

import redis
import structlog
from django.conf import settings

from . import redaction
from .models import Event, Run, Step

log = structlog.get_logger(__name__)

STREAM = "opsportal:events"
KEPT = 10_000  # hints; the rows are the truth
QUIET = 1.0  # seconds without a try after Redis did not answer
_away_until = 0.0


@lru_cache
def broker() -> "redis.Redis":
    """This process's connection for hints; short time-outs, since nothing depends on it."""
    return redis.Redis.from_url(settings.BROKER, socket_timeout=1, socket_connect_timeout=1)


def line(run: Run, at: datetime, text: str, level: str, step: Step | None, data: Mapping[str, Any]) -> Event:
    """An event still without a number; secrets are taken out here, before anything keeps it."""
    return Event(
        run=run,
        at=at,
        level=level,
        step_key=step.key if step else "",
        text=redaction.text(text),
        data=redaction.data(data),
    )


def record(run: Run, lines: Sequence[Event]) -> int:
    """Number the lines and insert them; the caller holds the run's row and saves its `events` count."""
    for event in lines:
        run.events += 1
        event.pk, event.number = None, run.events
    Event.objects.bulk_create(lines)
    return run.events


def publish(run_id: int, number: int) -> None:
    """Hint to the web processes that the run has something new; called after commit."""
    global _away_until
    if time.monotonic() < _away_until:
        return
    try:
        broker().xadd(STREAM, {"run": run_id, "number": number}, maxlen=KEPT, approximate=True)
    except redis.RedisError as error:
        _away_until = time.monotonic() + QUIET
        log.warning("hint not published, the hub reads rows", run=run_id, error=str(error))


def lines(run_id: int, after: int = 0, before: int | None = None, limit: int = 500) -> list[Event]:
    """Up to `limit` lines of a run in order: the first ones after `after`, or the last ones before `before`."""
    rows = Event.objects.filter(run_id=run_id, number__gt=after)
    if before is None:
        return list(rows.order_by("number")[:limit])
    return list(rows.filter(number__lt=before).order_by("-number")[:limit])[::-1]
