"""The rows of the simulated CloudFormation: stacks, change sets, resources, events and operations in progress."""

from dataclasses import dataclass, field
from typing import Any, Literal

Phase = Literal["apply", "rollback", "revert", "cleanup", "revert-cleanup", "delete"]
Work = Literal["create", "update", "replace", "revert", "delete", "skip"]
TaskState = Literal["waiting", "starting", "running", "done", "failed", "cancelled"]
Json = dict[str, Any]


@dataclass(frozen=True)
class Place:
    """One region of one account."""

    account: str
    region: str


@dataclass(frozen=True)
class Revision:
    """What a stack is made from: template, parameters and options as given in one request."""

    body: str
    template: Json
    parameters: dict[str, str]
    resolved: dict[str, Any]
    tags: dict[str, str]
    capabilities: tuple[str, ...] = ()
    notification_arns: tuple[str, ...] = ()
    role_arn: str = ""
    rollback_configuration: Json = field(default_factory=dict)


NOTHING = Revision("", {}, {}, {}, {})


@dataclass
class Resource:
    """A physical resource; `definition` is its unresolved piece of template, `model` moto's object when it has one."""

    logical_id: str
    type: str
    definition: Json
    physical_id: str = ""
    properties: Json = field(default_factory=dict)
    model: Any = None
    status: str = ""
    reason: str = ""
    updated: float = 0.0
    name: str = ""
    tags: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Event:
    id: str
    at: float
    logical_id: str
    physical_id: str
    type: str
    status: str
    reason: str
    properties: str
    token: str
    operation: str


@dataclass
class Task:
    """One resource's part in a phase; `due` is when its present state ends."""

    key: str
    logical_id: str
    work: Work
    needs: frozenset[str]
    item: Resource | None = None
    state: TaskState = "waiting"
    due: float = 0.0
    end: float = 0.0
    stopping: bool = False
    tries: int = 0


def run(task: Task, at: float, lasts: float, lead: float = 0.0) -> None:
    """Puts a task in progress for so many seconds; with a `lead`, the service takes the request only after it."""
    task.state = "starting" if lead else "running"
    task.end = at + lasts
    task.due = at + min(lead, lasts / 5) if lead else task.end


@dataclass
class Operation:
    """A stack operation in progress: its phase's tasks and what is needed to go back."""

    id: str
    kind: str
    token: str
    started: float
    phase: Phase
    tasks: dict[str, Task] = field(default_factory=dict)
    target: Revision = NOTHING
    previous: Revision = NOTHING
    undo: dict[str, Resource] = field(default_factory=dict)
    added: set[str] = field(default_factory=set)
    leftovers: list[Resource] = field(default_factory=list)
    disable_rollback: bool = False
    on_failure: str = "ROLLBACK"
    failed: dict[str, str] = field(default_factory=dict)
    broken: str = ""
    cancelled: bool = False
    before: str = ""
    retained: frozenset[str] = frozenset()
    deadline: float | None = None
    change_set: str = ""


@dataclass
class ChangeSet:
    id: str
    name: str
    kind: str
    stack_id: str
    revision: Revision
    created: float
    due: float
    status: str = "CREATE_PENDING"
    execution_status: str = "UNAVAILABLE"
    reason: str = ""
    description: str = ""
    changes: list[Json] = field(default_factory=list)
    on_stack_failure: str = ""
    client_token: str = ""


@dataclass
class Stack:
    id: str
    name: str
    place: Place
    created: float
    status: str
    reason: str = ""
    revision: Revision | None = None
    resources: dict[str, Resource] = field(default_factory=dict)
    outputs: list[Json] = field(default_factory=list)
    exports: dict[str, str] = field(default_factory=dict)
    imports: set[str] = field(default_factory=set)
    events: list[Event] = field(default_factory=list)
    operation: Operation | None = None
    undo: Operation | None = None
    updated: float | None = None
    deleted: float | None = None
    protected: bool = False
    disable_rollback: bool = False
    change_set_id: str = ""
    change_sets: dict[str, ChangeSet] = field(default_factory=dict)
    policy: str = ""
    timeout_minutes: int | None = None
    parent_id: str = ""
    root_id: str = ""
    last_operation: tuple[str, str] = ("", "")
    drift: tuple[str, float] | None = None

    @property
    def running(self) -> Operation:
        """The operation in progress."""
        return _present(self.operation, f"Stack {self.name} has no operation in progress.")

    @property
    def interrupted(self) -> Operation:
        """The failed operation that a rollback can take up."""
        return _present(self.undo, f"Stack {self.name} has nothing to roll back.")


def _present(operation: Operation | None, otherwise: str) -> Operation:
    if operation is None:
        raise LookupError(otherwise)
    return operation


def subject(stack: Stack, task: Task) -> Resource:
    """The resource that a task is about: a given one when it is no longer the stack's own."""
    return task.item or stack.resources[task.logical_id]
