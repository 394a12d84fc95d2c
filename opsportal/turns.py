"""One transaction on a run: its row is locked first, events are numbered last, messages leave after commit."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

from django.core.exceptions import ObjectDoesNotExist
from django.db import OperationalError, transaction
from django.utils.functional import Promise

from . import clock, events, nudges, rows
from .errors import Gone
from .live import hints
from .models import Event, Run, Step
from .nudges import Nudge
from .trouble import is_deadlock
from .words import gettext as _
from .writers import in_line

T = TypeVar("T")
TRIES = 8


@dataclass
class Turn:
    """What one transaction does to a run; `run` is the row as it was when the lock was got."""

    run: Run
    now: datetime
    uptime: float = field(default_factory=clock.uptime)  # of this host, when it asked for the lock
    lines: list[Event] = field(default_factory=list)
    changes: dict[str, Any] = field(default_factory=dict)
    state_changed: bool = False
    news: bool = False
    nudges: list[Nudge] = field(default_factory=list)

    def say(self, text: "str | Promise", /, level: str = "info", step: Step | None = None, **data: Any) -> None:
        self.lines.append(events.line(self.run, self.now, text, level, step, data))

    def set(self, **changes: Any) -> None:
        """Change columns of the run."""
        for name, value in changes.items():
            setattr(self.run, name, value)
        self.changes.update(changes)

    def nudge(self, step_id: int, queue: str, delay: float = 0) -> None:
        self.nudges.append(Nudge(step_id, queue, delay))

    def close(self) -> None:
        if self.lines:
            self.changes["events"] = events.record(self.run, self.lines)
        if self.changes:
            rows.update(Run, self.changes, "id = %s", [self.run.pk])
        if self.lines or self.state_changed:
            self.news = True

    def tell(self) -> None:
        """Send what is to be sent, now that the transaction is over; within an outer one, when that is."""
        if self.news:
            transaction.on_commit(partial(hints.publish, self.run.pk, self.run.events))
        if self.nudges:
            transaction.on_commit(partial(nudges.send, self.nudges))


def take(run_id: int, work: Callable[[Turn], T]) -> T:
    """Do `work` in one transaction that holds the run's row; a deadlock is retried whole. Raises Gone."""
    return retried(partial(_once, run_id, work))


def _once(run_id: int, work: Callable[[Turn], T]) -> T:
    with in_line(), transaction.atomic(durable=True):
        begun = clock.uptime()
        turn = Turn(*locked(run_id), begun)
        result = work(turn)
        turn.close()
    turn.tell()
    return result


def locked(run_id: int) -> tuple[Run, datetime]:
    """The run's row, held until the transaction ends, and the time it was got. Raises Gone."""
    try:
        return rows.held(Run, run_id)
    except ObjectDoesNotExist as error:
        raise Gone(_("There is no run {run}.").format(run=run_id)) from error


def retried(work: Callable[[], T]) -> T:
    """Run a whole transaction again while the database says that it deadlocked."""
    for attempt in range(TRIES - 1):
        try:
            return work()
        except OperationalError as error:
            if not is_deadlock(error):
                raise
            time.sleep(random.uniform(0, 0.01 * 2**attempt))
    return work()
