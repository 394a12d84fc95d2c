"""On SQLite: lets this host's writers queue in the kernel, since SQLite itself only polls for the file's lock."""

import fcntl
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

_open = threading.local()


@contextmanager
def in_line() -> Iterator[None]:
    """Hold this host's place to write for the block; on other databases, which queue by themselves, nothing.

    Others who write without it are safe all the same: SQLite's own lock decides. What it gains has not been measured
    apart from other changes.
    """
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        yield
        return
    place = _file(f"{connection.settings_dict['NAME']}.writers")
    fcntl.flock(place, fcntl.LOCK_EX)
    try:
        yield
    finally:
        fcntl.flock(place, fcntl.LOCK_UN)


def _file(path: str) -> int:
    """This thread's handle of the file; handles of different threads and processes exclude each other."""
    kept: dict[str, int] = _open.__dict__.setdefault(f"of {os.getpid()}", {})
    if path not in kept:
        kept[path] = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    return kept[path]
