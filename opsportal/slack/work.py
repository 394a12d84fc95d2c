"""What is done after Slack has its acknowledgement: threads of our own, few enough for the database, and counted."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait

import structlog
from django.db import close_old_connections

log = structlog.get_logger(__name__)

THREADS = 8
MOST = 200  # under way or waiting; who comes then is told to come again

_pool = ThreadPoolExecutor(THREADS, thread_name_prefix="slack")
_places = threading.BoundedSemaphore(MOST)
_known: set["Future[None]"] = set()


def later(do: Callable[[], None]) -> bool:
    """Do it on another thread; False: there is too much to do already, and it is not done."""
    if not _places.acquire(blocking=False):
        return False
    future = _pool.submit(done, do)
    _known.add(future)
    future.add_done_callback(forgotten)
    return True


def forgotten(future: "Future[None]") -> None:
    _known.discard(future)
    _places.release()


def done(do: Callable[[], None]) -> None:
    """Django closes connections that are broken or too old before and after requests, and these are none."""
    close_old_connections()
    try:
        do()
    except Exception:
        log.exception("work for Slack failed")
    finally:
        close_old_connections()


def drained(seconds: float) -> bool:
    """Wait until all is done; False: it was not within this time."""
    return not wait(set(_known), timeout=seconds).not_done
