"""Messages to the workers: each is only a nudge with an id, and losing it costs a delay, never a step."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import structlog
from celery import current_app
from kombu.exceptions import OperationalError

log = structlog.get_logger(__name__)

ADVANCE = "tasks.worker.advance"
SHORT = 30.0  # longer waits live in the database alone
QUIET = 0.25  # seconds without a try after the broker did not answer: a try costs what starting a run does
GRACE = timedelta(seconds=10)  # a nudge that was sent gets this long before the pump sends another


@dataclass(frozen=True)
class Nudge:
    """Ask a worker of this queue to look at the step in `delay` seconds."""

    step_id: int
    queue: str
    delay: float = 0


_quiet_until = 0.0


def send(nudges: Sequence[Nudge]) -> None:
    """Send these over one connection. A broker that is away is the pump's business."""
    global _quiet_until
    if time.monotonic() < _quiet_until:
        return
    try:
        with current_app.producer_or_acquire() as producer:
            for nudge in nudges:
                task = {"queue": nudge.queue, "countdown": nudge.delay or None, "producer": producer}
                current_app.send_task(ADVANCE, (nudge.step_id,), **task)
    except (OperationalError, OSError) as error:
        _quiet_until = time.monotonic() + QUIET
        log.warning("nudges not sent, the pump will", steps=[n.step_id for n in nudges], error=str(error))
