"""Rows that a step writes while it is at work, each time with what it remembers."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from opsportal import steps, turns
from opsportal.errors import Cancelling
from opsportal.models import Step
from opsportal.turns import Turn
from opsportal.words import gettext as _

from .keeper import Hold

T = TypeVar("T")


def write(hold: Hold, columns: Mapping[str, Any], work: Callable[[Turn, Step], T], /) -> T:
    """What `work` gives, done in a transaction that holds only while the step's fence does; then what it remembers."""
    hold.check()

    def fenced(turn: Turn) -> T:
        if turn.run.cancel_at is not None and not hold.cancelling:
            raise Cancelling(_("Run {run} was cancelled.").format(run=turn.run.pk))
        result = work(turn, hold.step)
        steps.update(hold.step, **columns)
        return result

    return turns.take(hold.step.run_id, fenced)
