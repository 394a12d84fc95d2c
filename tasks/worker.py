"""The Celery tasks: each hands an id to where the work is."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import structlog
from celery import current_app, shared_task
from celery.signals import worker_process_init
from django.db import Error, connection

from opsportal import clock, firings
from opsportal.models import Heartbeat
from opsportal.telling import outbox
from opsportal.upkeep import retention
from opsportal.upkeep.rewound import Unknown

from . import engine
from . import pump as pumping

log = structlog.get_logger(__name__)

_in_doubt = False  # whether the database may have been put back since this worker's process last looked


@worker_process_init.connect  # type: ignore[untyped-decorator]
def doubt(**_: Any) -> None:
    global _in_doubt
    _in_doubt = True


def look_first() -> None:
    """A round of the pump comes before any message, which may be of before the database was put back."""
    global _in_doubt
    if not _in_doubt:
        return
    try:
        pumping.tick()
    except Unknown:  # the next task looks again
        return
    except Error:
        raise
    except Exception:  # of one row: what has a message must not wait for it
        log.exception("the first round of the pump failed")
    _in_doubt = False


@contextmanager
def connected() -> Iterator[None]:
    """After trouble with the database the next task connects afresh: Celery keeps a broken connection for long.

    It may be another server by then, with rows of before.
    """
    try:
        look_first()
        yield
    except Error:
        connection.close()
        doubt()
        raise


@shared_task  # type: ignore[untyped-decorator]
@connected()
def advance(step_id: int) -> None:
    engine.advance(step_id)


@shared_task  # type: ignore[untyped-decorator]
@connected()
def pump() -> None:
    with suppress(Unknown):
        pumping.tick()


@shared_task  # type: ignore[untyped-decorator]
@connected()
def fire(policy_id: int) -> None:
    firings.look(policy_id, clock.now())


@shared_task  # type: ignore[untyped-decorator]
@connected()
def deliver(notice_id: int) -> None:
    outbox.deliver(notice_id)


@shared_task  # type: ignore[untyped-decorator]
@connected()
def pulse() -> None:
    """Beat is alive."""
    Heartbeat.objects.update_or_create(name="beat", defaults={"at": clock.now()})


@shared_task  # type: ignore[untyped-decorator]
@connected()
def purge(kind: str = "", after: int = 0) -> None:
    """One batch of what leaves by age, and a message for the next: no process is held, and others work in between.

    Without arguments it is the first one, once a day. Should the message be lost, tomorrow's purge goes on.
    """
    now = clock.now()
    if not kind and not retention.begin(now):
        return
    _, place = retention.step(retention.Place(kind, after) if kind else retention.Place(), now)
    if place:
        where = (place.kind, place.after)
        current_app.send_task("tasks.worker.purge", where, queue="notify", countdown=place.rest)
