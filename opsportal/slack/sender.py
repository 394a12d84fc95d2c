"""What `manage.py slackbot` does beside listening: it sends what there is to tell, round after round."""

import threading

import redis
import structlog
from django.db import Error, connection

from .. import clock
from . import notices, projecting
from .calls import Away

log = structlog.get_logger(__name__)

EVERY = 0.5  # seconds between two rounds
AWAY = 5.0  # until Slack is tried again after it was not reached: one call tells whether it is back
TROUBLE = 2.0  # after the database or Redis did not answer


def run(ending: threading.Event) -> None:
    """Send until `ending` is set."""
    while not ending.is_set():
        ending.wait(one_round())


def one_round() -> float:
    """Send what is due; how many seconds to wait then."""
    try:
        now = clock.now()
        projecting.round_of(now)
        notices.round_of(now)
    except Away as away:
        log.warning("Slack is away", reason=str(away))
        return AWAY
    except (Error, redis.RedisError) as error:
        connection.close()
        log.warning("no round for Slack", error=str(error))
        return TROUBLE
    return EVERY
