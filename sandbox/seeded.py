"""The rows that the control endpoint puts into accounts, and those that go with them."""

from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import NAMESPACE_URL, uuid5

from sandbox.cloudformation.records import Json, Place
from sandbox.cloudwatch.alarms import Alarm
from sandbox.cloudwatch.metrics import Metrics


@dataclass(frozen=True)
class Activity:
    group: str
    verb: Literal["launch", "terminate"]
    instance: str
    started: float
    ended: float
    cause: str
    status: str = "Successful"
    message: str = ""
    zone: str = ""
    subnet: str = ""

    @property
    def id(self) -> str:
        return str(uuid5(NAMESPACE_URL, f"{self.group}/{self.verb}/{self.instance}/{self.started}"))


@dataclass
class ParameterGroup:
    name: str
    family: str
    description: str
    values: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Difference:
    """`path` is a JSON pointer into the properties; expected counts where the template says nothing of it."""

    path: str
    kind: Literal["ADD", "REMOVE", "NOT_EQUAL"]
    actual: Any = None
    expected: Any = None


@dataclass(frozen=True)
class Drift:
    """How a resource really is: gone, or with other properties than its template gives it."""

    deleted: bool = False
    differences: tuple[Difference, ...] = ()


@dataclass
class Detection:
    id: str
    stack_id: str
    asked: float
    due: float
    drifts: list[Json] = field(default_factory=list)

    @property
    def drifted(self) -> int:
        return sum(one["StackResourceDriftStatus"] != "IN_SYNC" for one in self.drifts)


@dataclass
class Seeded:
    """All of it survives restarts. Keys without a place hold ARNs or ids that are unique."""

    metrics: Metrics = field(default_factory=Metrics)
    alarms: dict[Place, dict[str, Alarm]] = field(default_factory=dict)
    activities: dict[Place, list[Activity]] = field(default_factory=dict)
    members: dict[Place, dict[str, list[str]]] = field(default_factory=dict)
    consoles: dict[tuple[Place, str], tuple[float, str]] = field(default_factory=dict)
    credit_modes: dict[tuple[Place, str], str] = field(default_factory=dict)
    health: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)
    quotas: dict[Place, dict[tuple[str, str], Json]] = field(default_factory=dict)
    drifts: dict[tuple[str, str], Drift] = field(default_factory=dict)
    detections: dict[str, Detection] = field(default_factory=dict)
    cache_parameters: dict[Place, dict[str, ParameterGroup]] = field(default_factory=dict)
    sampled: dict[tuple[str, str], list[tuple[float, Json]]] = field(default_factory=dict)
    managed: dict[Place, dict[str, Json]] = field(default_factory=dict)
