"""What can be run: pure declarations, known to the portal and to the workers alike."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import BaseModel

from .contexts import Context, Outcome
from .words import gettext as _

Queue = Literal["engine", "long"]
StepFunction = Callable[[Context[Any]], Outcome]
Stays = Callable[[Mapping[str, Any], Mapping[str, Any]], str]


@dataclass(frozen=True)
class Action:
    """How a step is done, given up and undone.

    `cancel` runs instead of `run` once the run is cancelled and ends with Done when AWS is at rest; without it the
    step is just left. `undo` restores what was before; `stays` says of a step's input and memory what an undo will
    leave as it is, empty for nothing. `limit`: seconds one wake-up may take.
    """

    run: StepFunction
    cancel: StepFunction | None = None
    undo: StepFunction | None = None
    stays: Stays | None = None
    queue: Queue = "engine"
    limit: int = 60
    memory_version: int = 1


@dataclass(frozen=True)
class StepSpec:
    """One node of a run's graph. `locks` are resource names within the environment; `timeout` is seconds of its own
    time, waiting for a person or a lock not counted; `usual_seconds` serves until there is a history."""

    key: str
    action: str
    needs: tuple[str, ...] = ()
    locks: tuple[str, ...] = ()
    input: Mapping[str, Any] = field(default_factory=dict)
    timeout: float = 3600
    usual_seconds: float | None = None


Plan = Callable[[Context[Any]], Sequence[StepSpec]]


@dataclass(frozen=True)
class Runbook:
    """Code that can be run on an environment. `plan` is the graph itself, or a function that a worker calls for it.

    `permissions` are the IAM actions its calls need, or what tells them, `summary` one sentence, `guide` the docstring
    shown in the portal, `planner` the runbook that shows what this one would do with the same parameters.
    """

    name: str
    title: str
    summary: str
    params: type[BaseModel]
    plan: Plan | tuple[StepSpec, ...]
    actions: Mapping[str, Action]
    permissions: tuple[str, ...] | Callable[[], tuple[str, ...]] = ()
    guide: str = ""
    changes: bool = True
    planner: str = ""


_runbooks: dict[str, Runbook] = {}


Choices = Callable[[], list[tuple[str, str]]]
_choices: dict[str, Choices] = {}


def offer(name: str, choices: Choices) -> None:
    """Let parameters whose schema says `choices_from: name` be chosen from these values and labels."""
    _choices[name] = choices


def choices(name: str) -> list[tuple[str, str]]:
    """The values and labels offered under this name, read afresh."""
    return _choices[name]() if name in _choices else []


def register(runbooks: Sequence[Runbook]) -> None:
    """Make these known; called once at start-up with the constants of tasks.runbooks."""
    _runbooks.update({runbook.name: runbook for runbook in runbooks})


def runbooks() -> list[Runbook]:
    return sorted(_runbooks.values(), key=lambda runbook: runbook.name)


def runbook(name: str) -> Runbook | None:
    return _runbooks.get(name)


def title(name: str) -> str:
    """What people call this runbook; its name where it is not known here."""
    known = runbook(name)
    return _(known.title) if known else name


def permissions() -> list[str]:
    """The IAM actions of all runbooks together."""
    told = (each.permissions() if callable(each.permissions) else each.permissions for each in runbooks())
    return sorted({action for actions in told for action in actions})


def planned_by(planner: str) -> Runbook | None:
    """What a run of this runbook is the plan of; None: it is no planner."""
    return next((each for each in runbooks() if planner and each.planner == planner), None)
