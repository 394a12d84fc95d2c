"""What `manage.py slackbot` does beside listening: it sends what there is to tell, round after round."""

from datetime import datetime, timedelta

import redis
import structlog
from django.db import Error, connection

from .. import clock
from ..models import Heartbeat
from ..threads import Asked
from . import notices, projecting
from .calls import Away

log = structlog.get_logger(__name__)

EVERY = 0.5  # seconds between two rounds
AWAY = 5.0  # until Slack is tried again after it was not reached: one call tells whether it is back
TROUBLE = 2.0  # after the database or Redis did not answer
SIGN = timedelta(seconds=10)  # between two signs of life
NAME = "slack"  # of the heartbeat


def run(ending: Asked) -> None:
    """Send until `ending` is set."""
    while not ending.is_set():
        ending.wait(one_round())
    connection.close()


def one_round() -> float:
    """Send what is due; how many seconds to wait then."""
    try:
        now = clock.now()
        projecting.round_of(now)
        notices.round_of(now)
        sign(now)
    except Away as away:
        log.warning("Slack is away", reason=str(away))
        return AWAY
    except (Error, redis.RedisError) as error:
        connection.close()
        log.warning("no round for Slack", error=str(error))
        return TROUBLE
    except Exception:
        log.exception("a round for Slack failed")
        connection.close()
        return TROUBLE
    return EVERY


def sign(now: datetime) -> None:
    """All that could be told has been; the heartbeat says so."""
    if not Heartbeat.objects.filter(name=NAME, at__gt=now - SIGN).exists():
        Heartbeat.objects.update_or_create(name=NAME, defaults={"at": now})
