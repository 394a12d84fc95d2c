"""Timers in every worker's parent process: the pump's tick, and a sign of life; they touch no database."""

from typing import Any

import structlog
from celery import Celery, bootsteps
from kombu.exceptions import OperationalError

from opsportal.health import pulses

log = structlog.get_logger(__name__)

EVERY = 2.0
EXPIRES = 30


class PumpTimer(bootsteps.StartStopStep):  # type: ignore[misc]  # Celery has no types
    requires = {"celery.worker.components:Timer"}

    def __init__(self, worker: Any, **kwargs: Any) -> None:
        super().__init__(worker, **kwargs)
        self.entries: list[Any] = []

    def start(self, worker: Any) -> None:
        alive(worker)
        self.entries = [
            worker.timer.call_repeatedly(EVERY, send, (worker.app,)),
            worker.timer.call_repeatedly(pulses.EVERY, alive, (worker,)),
        ]

    def stop(self, worker: Any) -> None:
        for entry in self.entries:
            entry.cancel()
        pulses.gone(pulses.WORKERS, worker.hostname)

    def terminate(self, worker: Any) -> None:
        self.stop(worker)


def alive(worker: Any) -> None:
    """Say that this worker is there, and with how many processes."""
    pulses.beat(pulses.WORKERS, worker.hostname, worker.concurrency)


def send(app: Celery) -> None:
    """One tick; a broker that is away is tried again in two seconds."""
    try:
        app.send_task("tasks.worker.pump", queue="pump", expires=EXPIRES)
    except (OperationalError, OSError) as error:
        log.warning("no tick for the pump", error=str(error))
