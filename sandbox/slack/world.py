"""All that one process holds."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sandbox.slack.calls import CallLog
from sandbox.slack.faults import Faults
from sandbox.slack.limits import Limits
from sandbox.slack.records import Json
from sandbox.slack.seeding import seeded
from sandbox.slack.settings import Settings
from sandbox.slack.wire import Send
from sandbox.slack.workspace import Workspace


@dataclass(eq=False)
class Socket:
    """A Socket Mode connection; one that was told to leave is spared when there are others."""

    number: int
    send: Send
    leaving: bool = False


@dataclass
class Sockets:
    """`waiting`: what is not acknowledged yet, by envelope_id."""

    open: list[Socket] = field(default_factory=list)
    waiting: dict[str, asyncio.Future[Json]] = field(default_factory=dict)
    opened: int = 0
    turn: int = 0


@dataclass
class Delivery:
    """What was sent to the app for one act of a person, with all its attempts."""

    kind: str
    payload: Json
    at: float
    way: str = ""
    attempts: int = 0
    acknowledged: bool = False
    answer: Json | None = None
    problems: list[str] = field(default_factory=list)


@dataclass
class World:
    people: Sequence[str] = ()
    workspace: Workspace = field(init=False)
    faults: Faults = field(default_factory=Faults)
    calls: CallLog = field(default_factory=CallLog)
    limits: Limits = field(default_factory=Limits)
    sockets: Sockets = field(default_factory=Sockets)
    deliveries: list[Delivery] = field(default_factory=list)
    began: Settings = field(default_factory=Settings)
    tasks: set[asyncio.Task[Any]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.workspace = seeded(self.people)

    def later(self, work: Any) -> None:
        """Runs a coroutine beside what goes on, and holds it until it is done."""
        task = asyncio.get_running_loop().create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
