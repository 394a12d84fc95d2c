"""A run's graph: what may start, what never will, and what that makes of the run. Pure functions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

from .models import Run, Step

S = Step.Status
R = Run.Status
PASSED = (S.SUCCEEDED, S.UNDONE)
STUCK = (S.FAILED, S.SKIPPED, S.CANCELLED, S.ABANDONED)


@dataclass(frozen=True)
class Node:
    """A step as far as the graph is concerned; `needs` are keys."""

    id: int
    key: str
    status: str
    needs: tuple[str, ...]


@dataclass(frozen=True)
class Kind:
    """A sort of step the run has: of this status, to be done or undone, a gate that asks before an undo or not."""

    status: str
    phase: str = Step.Phase.DO
    gate: bool = False


def unblock(nodes: Sequence[Node]) -> dict[int, str]:
    """The new status of each blocked node that may start now (due) or never will (skipped)."""
    status = {node.key: node.status for node in nodes}
    changed: dict[int, str] = {}
    waiting = [node for node in nodes if node.status == S.BLOCKED]
    moved = True
    while moved:
        moved = False
        for node in [node for node in waiting if node.id not in changed]:
            needs = [status.get(key, S.SUCCEEDED) for key in node.needs]
            if any(need in STUCK for need in needs):
                changed[node.id] = status[node.key] = S.SKIPPED
                moved = True
            elif all(need in PASSED for need in needs):
                changed[node.id] = S.DUE
    return changed


def roll_up(run_status: str, kinds: Sequence[Kind]) -> str:
    """The run's status that follows from the sorts of its steps."""
    open_ = {kind.status for kind in kinds if kind.status in Step.OPEN}
    if not open_:
        return ended(run_status, kinds)
    if run_status in (R.CANCELLING, R.UNDOING, R.PLANNING):
        return run_status
    return R.ASKING if S.ASKING in open_ and not open_ & {S.DUE, S.RUNNING, S.QUEUED} else R.RUNNING


def ended(run_status: str, kinds: Sequence[Kind]) -> str:
    """The status of a run of which no step is open any more; a gate that was not passed changes nothing."""
    undoing = [kind.status for kind in kinds if kind.phase == Step.Phase.UNDO]
    if undoing:
        return R.UNDONE if all(status == S.UNDONE for status in undoing) else R.UNDO_FAILED
    doing = [kind.status for kind in kinds if not kind.gate]
    if all(status == S.SUCCEEDED for status in doing):
        return R.SUCCEEDED
    if run_status == R.CANCELLING:
        return R.CANCELLED
    return R.FAILED if S.FAILED in doing or S.CANCELLED not in doing else R.CANCELLED


def dependents(needs: Mapping[str, Sequence[str]]) -> dict[str, set[str]]:
    """All that needs each key, directly or by way of others."""
    found: dict[str, set[str]] = {key: set() for key in needs}
    for key in needs:
        todo = list(needs[key])
        while todo:
            need = todo.pop()
            if key not in found.setdefault(need, set()):
                found[need].add(key)
                todo += needs.get(need, ())
    return found


def cycle(needs: Mapping[str, Sequence[str]]) -> list[str]:
    """The keys of one cycle in order, or nothing when there is none."""
    try:
        TopologicalSorter(needs).prepare()
    except CycleError as error:
        loop: list[str] = error.args[1][:0:-1]  # from needing to needed, its first key not repeated
        first = min(loop, key=list(needs).index)
        return loop[loop.index(first) :] + loop[: loop.index(first)]
    return []


def longest(seconds: Mapping[str, float], needs: Mapping[str, Sequence[str]]) -> float:
    """The length of the critical path, in the unit of `seconds`."""
    ends: dict[str, float] = {}
    for key in TopologicalSorter(needs).static_order():
        ends[key] = seconds.get(key, 0) + max((ends[need] for need in needs.get(key, ())), default=0)
    return max(ends.values(), default=0)
