"""Notices a database that went back in time: brought back by its own tools, or replaced by a replica that lagged.

The pump writes each of its rounds into the database, and once that is committed into Redis; all times are the
database's. So Redis knows of a later round than the database only when the database has forgotten some. A Redis that is
empty knows of none.
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
ALLOWED = timedelta(seconds=60)  # what a crash may cost a database


class Unknown(Exception):
    """Redis was not reached, and the last round is long ago: what Redis knows of must not be written over."""


def missed(last: Heartbeat, now: datetime) -> datetime | None:
    """The newest round that Redis knows of, if the database has forgotten it. Raises Unknown."""
    if last.detail == SETTLED:
        return None
    try:
        if last.at > now:  # the clock was set back
            broker().set(KEY, now.isoformat())
        at = broker().get(KEY)
    except redis.RedisError as error:
        if now - last.at > ALLOWED:
            log.warning("no round before Redis tells which was the newest", error=str(error))
            raise Unknown from error
        return None
    known = datetime.fromisoformat(at.decode()) if isinstance(at, bytes) else last.at
    return known if known - last.at > ALLOWED else None


def remember(at: datetime) -> None:
    """A round of that time is committed."""
    try:
        broker().set(KEY, at.isoformat())
    except redis.RedisError as error:
        log.debug("the round is not told to Redis", error=str(error))


def mark() -> None:
    """That it went back in time is known: the next round does nothing for it."""
    Heartbeat.objects.filter(name="pump").update(detail=SETTLED)


def settle(last: datetime, known: datetime) -> None:
    """Pause all changes, and make it safe to go on as after a restore."""
    text = _(
        "The database is as it was at {when}, and was at {known} before: it was restored, or its server was replaced."
        " Compare with AWS before you resume."
    )
    reason = text.format(when=f"{last:%Y-%m-%d %H:%M} UTC", known=f"{known:%Y-%m-%d %H:%M} UTC")
    log.error("the database went back in time; changes are paused", last=last.isoformat(), known=known.isoformat())
    aftermath.settle(apps, reason, last, 0)
