"""What a step's function is given, and what it may answer: pure declarations."""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, Literal, Protocol, TypeVar

from pydantic import BaseModel

P = TypeVar("P", bound=BaseModel)
T = TypeVar("T")
Level = Literal["info", "warning", "error"]


@dataclass(frozen=True)
class Done:
    """The step succeeded. `unchanged`: it had nothing to do, so its duration says nothing about the usual one."""

    output: Mapping[str, Any] = field(default_factory=dict)
    unchanged: bool = False


@dataclass(frozen=True)
class Wait:
    """Look again in `seconds`; `note` says in a few words what is waited for."""

    seconds: float
    note: str = ""


@dataclass(frozen=True)
class Ask:
    """A question to a person. `shown` (JSON) is all that the person sees; its digest is what the answer is bound to.

    `other_person`: somebody else than the requester has to answer, or as many as the environment wants. `seconds`:
    until it is rejected; None: as long as the environment gives.
    """

    question: str
    shown: Mapping[str, Any]
    other_person: bool = True
    seconds: float | None = None


Outcome = Done | Wait | Ask


def digest(value: Any) -> str:
    """The sha256 of the value's canonical JSON: what binds an answer to what was shown."""
    return hashlib.sha256(json.dumps(value, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


@dataclass(frozen=True)
class Answer:
    """What a person said to the last question of this step; `digest` is that of what the person was shown."""

    approved: bool
    by: str
    reason: str
    digest: str
    expired: bool = False


@dataclass(frozen=True)
class EnvironmentFacts:
    """What a step may know about its environment; `region` is the first of `regions`.

    `probes`: the addresses that have to be reachable from outside, with scheme and path.
    """

    name: str
    account: str
    regions: tuple[str, ...]
    role_arn: str
    external_id: str
    service_role_arn: str
    variables: Mapping[str, str]
    protected: bool
    probes: tuple[str, ...] = ()

    @property
    def region(self) -> str:
        return self.regions[0]


class Aws(Protocol):
    """The one door to AWS. `operation` is boto3's method name; arguments are boto3's own. Raises OpsErrors only."""

    def read(self, service: str, operation: str, /, *, region: str | None = None, **arguments: Any) -> dict[str, Any]:
        """One reading call. Raises TryLater, Denied, Gone or StepFailed."""

    def pages(
        self, service: str, operation: str, /, *, region: str | None = None, **arguments: Any
    ) -> Iterator[dict[str, Any]]:
        """A reading call page by page, as boto3's paginator gives them; one page of an operation without pages."""

    def pages_after(
        self,
        place: Mapping[str, Any] | None,
        service: str,
        operation: str,
        /,
        *,
        region: str | None = None,
        **arguments: Any,
    ) -> Iterator[tuple[dict[str, Any], dict[str, Any] | None]]:
        """The same from a place on, None: from the beginning; each page with the place after it, None on the last."""

    def connect(self) -> None:
        """Make sure that the calls will be the environment's own, before several are made side by side.

        Raises Denied, StepFailed: not its account, TryLater.
        """

    def change(
        self,
        service: str,
        operation: str,
        /,
        *,
        region: str | None = None,
        token: str | Sequence[str] = (),
        **arguments: Any,
    ) -> dict[str, Any]:
        """One changing call, sent once, behind fence and intent; the arguments named by `token` get the intent's."""

    def unanswered(self, service: str, operation: str, /) -> datetime | None:
        """When this try last sent the call without ever learning its answer; None when there is no such call."""


class Say(Protocol):
    def __call__(self, text: str, /, level: Level = "info", **data: Any) -> None: ...


class RunProgram(Protocol):
    def __call__(self, argv: Sequence[str], env: Mapping[str, str] | None = None) -> int: ...


class Write(Protocol):
    def __call__(self, work: Callable[[Any, Any], T], /) -> T:
        """What `work(turn, step)` gives, done in one transaction of this step; `memory` as it is then is kept with it.

        Raises Lost when the step is another worker's, Cancelling. A deadlock does `work` again, so that it adds nothing
        up outside the database.
        """


@dataclass
class Context(Generic[P]):
    """All that a step's function gets. `memory` is a small JSON dict kept between its wake-ups: changed, not replaced.

    `program` runs a local one without a shell, says its lines and gives its exit code; it ends with the step at the
    latest. Only for actions on the queue `long`.
    """

    params: P
    environment: EnvironmentFacts
    aws: Aws
    memory: dict[str, Any]
    now: datetime
    say: Say
    progress: Callable[[int, int], None]
    program: RunProgram
    write: Write
    key: str
    input: Mapping[str, Any]
    outputs: Mapping[str, Mapping[str, Any]]
    run_id: int
    step_id: int
    try_no: int
    started_at: datetime
    usual_seconds: float | None
    answer: Answer | None = None
    cancelled_at: datetime | None = None
    undoing: bool = False
