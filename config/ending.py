"""A worker that was told to end ends in time, though Celery waits, or a child hangs.

Celery ends its pool from within the signal's handler, and may wait there for what the signal has interrupted: for a
result that was read and not noted, 30 s; for a child that hangs, without end. Nothing is lost by ending sooner: by then
steps are given back, and one whose process hangs is taken over when its lease ends.
"""

import faulthandler
import os
import signal
from contextlib import suppress
from functools import partial
from types import FrameType
from typing import Any

from billiard.process import active_children
from celery import bootsteps
from celery.signals import celeryd_init

LAST = 10  # seconds after the signal; an orderly end takes five
WRITING = 2  # seconds in which what is told has to be written
FAILED = 1


class InTime(bootsteps.StartStopStep):  # type: ignore[misc]  # Celery has no types
    """Goes before Celery's handlers of the signals that give steps back. A SIGTERM not remapped lets tasks end."""

    def start(self, worker: Any) -> None:
        remapped = os.environ.get("REMAP_SIGTERM") == "SIGQUIT"
        for number in (signal.SIGTERM, signal.SIGQUIT) if remapped else (signal.SIGQUIT,):
            signal.signal(number, partial(told, signal.getsignal(number)))


@celeryd_init.connect  # type: ignore[untyped-decorator]
def before_all(**_: Any) -> None:
    """Whatever else a worker starts needs its timer: with it a signal is in time while the children start, too."""
    from celery.worker.components import Timer

    Timer.requires = (InTime,)


def told(before: Any, number: int, frame: FrameType | None) -> None:
    signal.signal(signal.SIGALRM, give_up)
    signal.alarm(LAST)
    before(number, frame)


def give_up(_number: int, _frame: FrameType | None) -> None:
    """Kill the children, write where it hangs, end; also where nobody reads what is written.

    No log: the handler may have interrupted one.
    """
    for child in active_children():
        with suppress(ProcessLookupError):
            os.kill(child.pid, signal.SIGKILL)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(WRITING)
    with suppress(OSError, RuntimeError):
        os.write(2, f"Told to end, and not ended after {LAST} s: its children are killed. It hangs here:\n".encode())
        faulthandler.dump_traceback(2)
    os._exit(FAILED)
