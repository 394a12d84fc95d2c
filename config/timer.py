"""A timer in every worker's parent process that sends the pump its tick; it publishes and touches no database."""

from typing import Any

import structlog
from celery import Celery, bootsteps
from kombu.exceptions import OperationalError

log = structlog.get_logger(__name__)

EVERY = 2.0
EXPIRES = 30


class PumpTimer(bootsteps.StartStopStep):  # type: ignore[misc]  # Celery has no types
    requires = {"celery.worker.components:Timer"}

    def __init__(self, worker: Any, **kwargs: Any) -> None:
        super().__init__(worker, **kwargs)
        self.entry: Any = None

    def start(self, worker: Any) -> None:
        self.entry = worker.timer.call_repeatedly(EVERY, send, (worker.app,))

    def stop(self, worker: Any) -> None:
        if self.entry:
            self.entry.cancel()


def send(app: Celery) -> None:
    """One tick; a broker that is away is tried again in two seconds."""
    try:
        app.send_task("tasks.worker.pump", queue="pump", expires=EXPIRES)
    except (OperationalError, OSError) as error:
        log.warning("no tick for the pump", error=str(error))
