"""Garbage collection: seldom while a process starts, then Python's own way, which skips what the start has made.

Python's 700, 10, 10 collect 400 times during a start. Later they are right: what hangs in a cycle may hold a socket.
"""

import gc
from typing import Any


def seldom() -> None:
    gc.set_threshold(50_000, 20, 50)


def as_usual(**_: Any) -> None:
    """The start is over. What it has made is left alone, which also keeps it shared with forked processes."""
    gc.freeze()
    gc.set_threshold(700, 10, 10)
