"""Notices a database that went back in time: brought back by its own tools, or replaced by a replica that lagged.

The pump writes each of its rounds into the database, and once that is committed into Redis. So Redis knows of a later
round than the database only when the database has forgotten some. A Redis that is empty or away knows of none.
"""

from datetime import datetime, timedelta

import redis
import structlog
from django.apps import apps

from ..live.hints import broker
from ..models import Heartbeat
from ..words import gettext as _
from . import aftermath

log = structlog.get_logger(__name__)

KEY = "opsportal:round"
SETTLED = "settled"
ALLOWED = timedelta(seconds=60)  # what a crash may cost a database, or clocks differ


def newest(last: Heartbeat) -> datetime | None:
    """The newest round that Redis knows of; none if it is known already that the `last` one is of before."""
    if last.detail == SETTLED:
        return None
    try:
        at = broker().get(KEY)
    except redis.RedisError as error:
        log.debug("the newest round is not known", error=str(error))
        return None
    return datetime.fromisoformat(at.decode()) if isinstance(at, bytes) else None


def remember(at: datetime) -> None:
    """A round of that time is committed."""
    try:
        broker().set(KEY, at.isoformat())
    except redis.RedisError as error:
        log.debug("the round is not told to Redis", error=str(error))


def settle() -> None:
    """That it went back in time is known: the next round pauses nothing for it."""
    Heartbeat.objects.filter(name="pump").update(detail=SETTLED)


def pause(last: datetime, known: datetime | None, now: datetime) -> None:
    """Hold all changes if Redis knows of a round that is later than the `last` one of the database."""
    if known is None or known - last <= ALLOWED:
        return
    text = _(
        "The database is as it was at {then}, and was at {known} before: was it restored? Stop every worker, run"
        " manage.py restore --settle {then}, and compare with AWS before you resume."
    )
    reason = text.format(then=f"{last:%Y-%m-%dT%H:%MZ}", known=f"{known:%Y-%m-%dT%H:%MZ}")
    log.error("the database went back in time; all changes are paused", last=last, known=known)
    aftermath.pause(apps, now, reason[:300])
