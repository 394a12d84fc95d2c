"""Messages to the workers: each is only a nudge with an id, and losing it costs a delay, never a step."""

import structlog
from celery import current_app
from kombu.exceptions import OperationalError

log = structlog.get_logger(__name__)

ADVANCE = "tasks.worker.advance"
SHORT = 30.0  # longer waits live in the database alone


def send(step_id: int, queue: str, delay: float = 0) -> None:
    """Ask a worker to look at this step in `delay` seconds. A broker that is away is the pump's business."""
    try:
        current_app.send_task(ADVANCE, (step_id,), queue=queue, countdown=delay or None)
    except (OperationalError, OSError) as error:
        log.warning("nudge not sent, the pump will", step=step_id, error=str(error))
