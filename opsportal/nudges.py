"""Messages to the workers: each is only a nudge with an id, and losing it costs a delay, never a step or a policy."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog
from celery import current_app
from kombu.exceptions import OperationalError

log = structlog.get_logger(__name__)

ADVANCE = "tasks.worker.advance"
FIRE, FIRE_QUEUE = "tasks.worker.fire", "engine"
DELIVER, DELIVER_QUEUE = "tasks.worker.deliver", "notify"
FIRE_EXPIRES = 10  # seconds, after which the pump sends it again
SHORT = 30.0  # longer waits live in the database alone
QUIET = 0.25  # seconds without a try after the broker did not answer: a try costs what starting a run does
GRACE = timedelta(seconds=10)  # a nudge that was sent gets this long before the pump sends another
QUICK = "engine"  # the queue of what is done soon: of all in it that falls due at once, one step gets a nudge
UNTOLD = GRACE / 2  # the others get this long before the pump sends them one


@dataclass(frozen=True)
class Nudge:
    """Ask a worker of this queue to look at the step in `delay` seconds."""

    step_id: int
    queue: str
    delay: float = 0


_quiet_until = 0.0


def send(nudges: Sequence[Nudge]) -> None:
    """Send these over one connection. A broker that is away is the pump's business."""
    _send([(ADVANCE, n.step_id, {"queue": n.queue, "countdown": n.delay or None}) for n in nudges])


def fire(policy_ids: Sequence[int]) -> None:
    """Ask a worker to look at each of these policies."""
    if policy_ids:
        _send([(FIRE, pk, {"queue": FIRE_QUEUE, "expires": FIRE_EXPIRES}) for pk in policy_ids])


def deliver(notice_ids: Sequence[int]) -> None:
    """Ask a worker to deliver each of these notices."""
    if notice_ids:
        _send([(DELIVER, pk, {"queue": DELIVER_QUEUE}) for pk in notice_ids])


def _send(messages: Sequence[tuple[str, int, dict[str, Any]]]) -> None:
    """Send these tasks with their ids and options."""
    global _quiet_until
    if time.monotonic() < _quiet_until:
        return
    try:
        with current_app.producer_or_acquire() as producer:
            for task, pk, options in messages:
                current_app.send_task(task, (pk,), producer=producer, **options)
    except (OperationalError, OSError) as error:
        _quiet_until = time.monotonic() + QUIET
        log.warning("nudges not sent, the pump will", of=[(task, pk) for task, pk, _ in messages], error=str(error))
