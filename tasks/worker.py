"""The Celery tasks: each hands an id to where the work is."""

from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from celery import shared_task
from django.db import Error, connection

from opsportal import clock
from opsportal.models import Heartbeat

from . import engine
from . import pump as pumping

log = structlog.get_logger(__name__)


@contextmanager
def connected() -> Iterator[None]:
    """After trouble with the database the next task connects afresh: Celery keeps a broken connection for long."""
    try:
        yield
    except Error:
        connection.close()
        raise


@shared_task  # type: ignore[untyped-decorator]
@connected()
def advance(step_id: int) -> None:
    engine.advance(step_id)


@shared_task  # type: ignore[untyped-decorator]
@connected()
def pump() -> None:
    pumping.tick()


@shared_task  # type: ignore[untyped-decorator]
@connected()
def pulse() -> None:
    """Beat is alive."""
    Heartbeat.objects.update_or_create(name="beat", defaults={"at": clock.now()})
