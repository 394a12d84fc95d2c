"""Threads beside the work, which nothing waits for, but at the end of the process.

A thread that the interpreter stops with a client's lock in hand leaves whoever closes that client waiting for ever.
"""

import atexit
import threading
from collections.abc import Callable

ENDING = threading.Event()  # set when the process is about to end
PATIENCE = 3.0  # seconds a thread gets then
_started: list[threading.Thread] = []


class Asked:
    """An event that a signal's handler may set: it may be called while this very thread has the lock.

    threading.Event waits for ever then. Here who waits hears of it when the wait is over at the latest.
    Python docs, "threading": a Condition's own lock is an RLock.
    """

    def __init__(self) -> None:
        self.changed, self.yes = threading.Condition(), False

    def set(self, *_signal: object) -> None:
        with self.changed:
            self.yes = True
            self.changed.notify_all()

    def is_set(self) -> bool:
        return self.yes

    def wait(self, seconds: float) -> bool:
        """Whether it is set, after so long at most."""
        with self.changed:
            return self.changed.wait_for(self.is_set, seconds)


def start(name: str, run: Callable[[], None]) -> threading.Thread:
    """Run this until it returns, which it has to do soon after ENDING is set."""
    thread = threading.Thread(target=run, name=name, daemon=True)
    _started.append(thread)
    thread.start()
    return thread


class Gatherer:
    """A thread that does `work` some seconds after a `poke`, once for all until then, and once more at the end."""

    def __init__(self, name: str, work: Callable[[], None], seconds: float) -> None:
        self.name, self.work, self.seconds = name, work, seconds
        self.some = threading.Event()
        self.thread: threading.Thread | None = None

    def poke(self) -> None:
        if self.thread is None or not self.thread.is_alive():  # made on first use, for threads do not survive a fork
            self.thread = start(self.name, self.run)
            _gatherers.add(self)
        self.some.set()

    def run(self) -> None:
        while not ENDING.is_set():
            self.some.wait()
            ENDING.wait(self.seconds)
            self.some.clear()
            self.work()


_gatherers: set[Gatherer] = set()


@atexit.register
def end() -> None:
    """Let all of them finish."""
    ENDING.set()
    for gatherer in _gatherers:
        gatherer.some.set()
    for thread in _started:
        thread.join(PATIENCE)
