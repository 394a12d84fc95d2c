"""The threads that take what Slack sends: some acknowledge, others do what it asks for, few enough for the database."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any

import structlog
from django.db import close_old_connections

log = structlog.get_logger(__name__)

MOST = 200  # under way or waiting; who comes then is told to come again


class Counted(ThreadPoolExecutor):
    """Knows what is under way or waits, so that a process may end after it."""

    def __init__(self, threads: int, name: str) -> None:
        super().__init__(threads, thread_name_prefix=name)
        self.open: set[Future[Any]] = set()

    def submit(self, work: Callable[..., Any], /, *args: Any, **kwargs: Any) -> "Future[Any]":
        future = super().submit(work, *args, **kwargs)
        self.open.add(future)
        future.add_done_callback(self.open.discard)
        return future


ACKS = Counted(10, "slack-ack")  # none of them waits for Slack, AWS or a worker
DEEDS = Counted(8, "slack")
_places = threading.BoundedSemaphore(MOST)


def later(do: Callable[[], None]) -> bool:
    """Do it once Slack has its acknowledgement; False: there is too much to do already, and it is not done."""
    if not _places.acquire(blocking=False):
        return False
    DEEDS.submit(done, do).add_done_callback(lambda _future: _places.release())
    return True


def done(do: Callable[[], None]) -> None:
    """Django closes connections that are broken or too old before and after requests, and this is none."""
    close_old_connections()
    try:
        do()
    except Exception:
        log.exception("work for Slack failed")
    finally:
        close_old_connections()


def drained(seconds: float) -> bool:
    """Wait until all is done; False: it was not within this time. What acknowledges may leave something to do."""
    end = time.monotonic() + seconds
    left = [wait(set(pool.open), timeout=max(0.0, end - time.monotonic())).not_done for pool in (ACKS, DEEDS)]
    return not any(left)
