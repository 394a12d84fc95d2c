"""Several calls at once: what threads read is handed to the one thread that may write it down."""

import time
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from contextvars import copy_context
from dataclasses import dataclass
from itertools import islice
from queue import Empty, Full, Queue
from threading import Event
from typing import TypeVar

T = TypeVar("T")
IN_FLIGHT = 10
WAITING = 40  # results that wait at most, while the caller's thread is busy with what it took
MOMENT = 0.05  # seconds in which more is waited for
POLL = 0.1  # seconds between looks whether anybody still takes what was read


@dataclass(frozen=True)
class Over:
    """A source has given all it had, or failed."""

    failed: bool


def side_by_side(sources: Sequence[Iterator[T]]) -> Generator[list[T], None, None]:
    """What the sources give, as it comes, in the caller's thread; up to ten of them run at once.

    The first that raises ends the others after the call they are at; what they still gave comes before it is raised.
    To be closed: that ends all of them.
    """
    results: Queue[T | Over] = Queue(WAITING)
    stop, unwanted = Event(), Event()
    pool = ThreadPoolExecutor(max(1, min(IN_FLIGHT, len(sources))), thread_name_prefix="read")
    try:
        put = handing_over(results, unwanted)
        running = [pool.submit(copy_context().run, drain, source, put, stop) for source in sources]
        yield from collected(results, len(sources), stop)
        for each in running:
            each.result()
    finally:
        stop.set()
        unwanted.set()
        pool.shutdown(wait=False, cancel_futures=True)


def drain(source: Iterator[T], hand_over: Callable[[T | Over], None], stop: Event) -> None:
    """In a thread: hand over what the source gives until it is through, fails or has to stop."""
    over = Over(failed=True)
    try:
        while not stop.is_set() and (given := list(islice(source, 1))):
            hand_over(given[0])
        over = Over(failed=False)
    finally:
        hand_over(over)


def handing_over(results: "Queue[T | Over]", unwanted: Event) -> Callable[[T | Over], None]:
    """What puts a result where the caller's thread takes it, and waits while that has too many of them."""

    def put(result: T | Over) -> None:
        while not unwanted.is_set():
            with suppress(Full):
                return results.put(result, timeout=POLL)

    return put


def collected(results: "Queue[T | Over]", running: int, stop: Event) -> Iterator[list[T]]:
    """What has come since the last look, and within a moment of it, until no source is left."""
    while running:
        batch = list(gathered(results, running))
        over = [each for each in batch if isinstance(each, Over)]
        running -= len(over)
        if any(each.failed for each in over):
            stop.set()
        if given := [each for each in batch if not isinstance(each, Over)]:
            yield given


def gathered(results: "Queue[T | Over]", running: int) -> Iterator[T | Over]:
    """The next result and those soon after it: writing down a hundred small answers costs as much as reading them."""
    end = None
    with suppress(Empty):
        for _ in range(WAITING):
            found = results.get(timeout=None if end is None else max(0.0, end - time.monotonic()))
            end = end or time.monotonic() + MOMENT
            yield found
            running -= isinstance(found, Over)
            if not running:
                return
