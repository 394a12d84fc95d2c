"""Hints that a run has something new, on one capped Redis stream; the rows are the truth, a lost hint a delay."""

import threading
from functools import lru_cache

import redis
import structlog
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

from .. import threads

log = structlog.get_logger(__name__)

STREAM = "opsportal:events"
KEPT = 10_000
TOGETHER = 0.004  # seconds in which hints gather
QUIET = 1.0  # seconds without a try after Redis did not answer


@lru_cache
def broker() -> "redis.Redis":
    """This process's connection for hints."""
    return connect(settings.BROKER, 1)


def connect(url: str, seconds: float) -> "redis.Redis":
    """A client for what nothing depends on: it waits `seconds` for an answer, and only what a replica refused is tried
    again, over another connection. After a failover an open one leads to a replica for ever."""
    once_more = Retry(NoBackoff(), 1, (redis.ReadOnlyError,))
    return redis.Redis.from_url(url, socket_timeout=seconds, socket_connect_timeout=seconds, retry=once_more)


class Publisher:
    """Sends hints from a thread of its own, so that no step waits for Redis; what piles up goes out together."""

    def __init__(self) -> None:
        self.waiting: dict[int, int] = {}
        self.mutex = threading.Lock()
        self.sender = threads.Gatherer("hints", self.send, TOGETHER)

    def publish(self, run_id: int, number: int) -> None:
        """Hint that the run has lines up to this number; called after commit."""
        with self.mutex:
            self.waiting[run_id] = max(number, self.waiting.get(run_id, 0))
        self.sender.poke()

    def send(self) -> None:
        """Send what waits, one hint a run."""
        with self.mutex:
            waiting, self.waiting = self.waiting, {}
        try:
            with broker().pipeline(transaction=False) as pipe:
                for run_id, number in waiting.items():
                    pipe.xadd(STREAM, {"run": run_id, "number": number}, maxlen=KEPT, approximate=True)
                pipe.execute()
        except redis.RedisError as error:
            log.warning("hints not published, the hub reads rows", runs=len(waiting), error=str(error))
            threads.ENDING.wait(QUIET)


_publisher = Publisher()
publish = _publisher.publish
