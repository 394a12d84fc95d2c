"""Keeps what this process holds: renews the lease, flushes lines, and learns of a cancel or a loss."""

import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

import structlog
from django.db import Error, connection

from opsportal import claims, clock, nudges, steps, turns
from opsportal.clock import uptime
from opsportal.errors import Cancelling, Lost
from opsportal.models import Event, Step
from opsportal.nudges import Nudge
from opsportal.threads import Gatherer
from opsportal.turns import Turn
from opsportal.words import gettext as _

log = structlog.get_logger(__name__)

BEAT = 0.1  # seconds between looks of the keeper's thread
SLOW = 0.02  # seconds at one step after which others are called to do the rest of the run
HELPERS = 8
FLUSH = 0.5  # seconds a line may wait
LINES = 100
RENEW = 5.0


@dataclass
class Hold:
    """One claimed step at work in this process. Ends are by `clock.uptime`; `slice_end` is that of its message."""

    step: Step
    cancelling: bool
    lease_end: float
    limit_end: float
    lines: list[Event] = field(default_factory=list)
    progress: tuple[int, int] | None = None
    calling: bool = False  # a changing call may be under way
    lost: bool = False
    cancelled: bool = False
    slice_end: float = 0
    begun: float = field(default_factory=uptime)
    following: Step | None = None  # claimed as this one was settled
    helped: bool = False
    renewed: float = field(default_factory=uptime)
    flushed: float = field(default_factory=uptime)
    mutex: threading.Lock = field(default_factory=threading.Lock)

    def check(self) -> None:
        """Raises Lost once the step is not ours, Cancelling once a person has cancelled the run."""
        if self.lost or uptime() > self.lease_end:
            self.lost = True
            raise Lost(f"The lease of step {self.step.key} of run {self.step.run_id} is over.")
        if self.cancelled and not self.cancelling:
            raise Cancelling(_("Run {run} was cancelled.").format(run=self.step.run_id))

    def now(self) -> datetime:
        """The database's time, by this process's clock since the claim."""
        return self.step.claimed_at + timedelta(seconds=uptime() - self.step.claimed_uptime)

    def progress_columns(self) -> dict[str, int]:
        return dict(zip(("progress_done", "progress_of"), self.progress or (), strict=False))

    def flush(self) -> None:
        """Write the lines said so far, in a fenced transaction of their own."""
        with self.mutex:
            lines, progress = self.lines[:], self.progress
            if lines or progress:
                turns.take(self.step.run_id, partial(self.deliver, lines))
                del self.lines[: len(lines)]
                self.progress = None if self.progress == progress else self.progress
            self.flushed = uptime()

    def deliver(self, lines: list[Event], turn: Turn) -> None:
        """Put the lines into this transaction, if the step is still ours."""
        if not claims.mine(self.step.pk, self.step.fence).exists():
            self.lost = True
            raise Lost(f"Step {self.step.key} of run {self.step.run_id} is held by another worker.")
        turn.lines.extend(lines)
        if self.progress:
            steps.update(self.step, **self.progress_columns())
            turn.state_changed = True

    def slow(self) -> bool:
        """Whether others have to be called for what else the run has due.

        Quick steps are done one after another by one worker: several would wait for each other to settle theirs.
        """
        return not self.helped and uptime() - self.begun > SLOW

    def call_others(self) -> None:
        """Nudge others, once; from a thread of their own, since a broker that hangs must not keep a lease from us."""
        if found := claims.mark_nudged(self.step, self.now(), HELPERS):
            _called.extend(found)
            _calling.poke()
        self.helped = True

    def renew(self) -> None:
        """Prolong the lease, unless the action is past its time limit."""
        self.renewed = uptime()
        if self.renewed > self.limit_end:
            return
        span = claims.lease()
        if self.lease_end > self.renewed + span.total_seconds():
            span = timedelta(seconds=self.lease_end - self.renewed)
        now = clock.now()
        cancelled = claims.renew(self.step, now, now + span)
        self.lost = cancelled is None
        self.cancelled = bool(cancelled)
        if not self.lost:
            self.lease_end = self.renewed + span.total_seconds()


def _call() -> None:
    found = [_called.popleft() for _ in range(len(_called))]
    nudges.send(found)


_called: deque[Nudge] = deque()
_calling = Gatherer("calls", _call, 0)
_current: Hold | None = None
_thread: threading.Thread | None = None


@contextmanager
def holding(hold: Hold) -> Iterator[Hold]:
    """Let the keeper look after this hold for as long as the block runs."""
    global _current
    _start()
    _current = hold
    try:
        yield hold
    finally:
        _current = None


def current() -> Hold | None:
    """What this process is at work on."""
    return _current


def _start() -> None:
    """One thread a process, made on first use: threads do not survive a fork."""
    global _thread
    if _thread is None or not _thread.is_alive():
        _thread = threading.Thread(target=_run, name="keeper", daemon=True)
        _thread.start()


def _run() -> None:
    while True:
        time.sleep(BEAT)
        hold = _current
        if hold is not None:
            _look_after(hold)


def _look_after(hold: Hold) -> None:
    """One look at the hold; a database that is away is told and tried again, until the lease itself ends."""
    try:
        now = uptime()
        if now - hold.renewed >= min(RENEW, claims.lease().total_seconds() / 3):
            hold.renew()
        if hold.slow():
            hold.call_others()
        if now - hold.flushed >= FLUSH or len(hold.lines) >= LINES:
            hold.flush()
    except Lost:
        hold.lost = True
    except Error as error:
        log.warning("the keeper could not reach the database", error=str(error))
        connection.close()
    except Exception:  # a lease must not end because a line can't be kept: settling will tell
        log.exception("the keeper could not do its work")
