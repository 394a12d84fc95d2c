"""The Celery tasks: each hands an id to where the work is."""

import structlog
from celery import shared_task

from opsportal import clock
from opsportal.models import Heartbeat

from . import engine
from . import pump as pumping

log = structlog.get_logger(__name__)


@shared_task  # type: ignore[untyped-decorator]
def advance(step_id: int) -> None:
    engine.advance(step_id)


@shared_task  # type: ignore[untyped-decorator]
def pump() -> None:
    pumping.tick()


@shared_task  # type: ignore[untyped-decorator]
def pulse() -> None:
    """Beat is alive."""
    Heartbeat.objects.update_or_create(name="beat", defaults={"at": clock.now()})
