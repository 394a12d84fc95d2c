"""What can be checked: a check reads AWS and judges what it read; it never changes anything. Pure declarations."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from importlib import import_module
from typing import Any, Literal, Protocol

from pydantic import BaseModel

from .contexts import EnvironmentFacts

Severity = Literal["critical", "high", "medium", "low"]
Group = Literal["cost", "reliability", "security"]


@dataclass(frozen=True)
class Read:
    """A reading call of AWS that a check makes, with boto3's names. `arguments` narrow it where AWS can.

    Where several checks of a sweep read the same, and one of them reads all of it, all are given all of it, read once:
    a check looks at each item itself and never relies on having been given only those it asked for.
    """

    service: str
    operation: str
    arguments: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Price:
    """What AWS lists: USD for one `unit` in this region, by a source of this date. `sourced` False: an estimate."""

    service: str
    item: str
    unit: str
    region: str
    usd: float
    as_of: str
    sourced: bool = True


class Reader(Protocol):
    """AWS as one check of a sweep sees it, in one region. What was read is kept until the sweep is over.

    After a crash the same call goes on from its last page, so arguments may not depend on anything but `now`.
    Raises TryLater, Denied, Gone or StepFailed, as the door does.
    """

    environment: EnvironmentFacts
    region: str
    now: datetime  # when the sweep began: the same for all its checks and after a crash

    def read(self, read: Read, /) -> dict[str, Any]:
        """One call without pages."""

    def pages(self, read: Read, /) -> Iterator[dict[str, Any]]:
        """Page by page, as boto3's paginator gives them; dates are datetimes. One page at a time is in memory."""

    def several(self, reads: Sequence[Read], /) -> Iterator[dict[str, Any] | None]:
        """The answers of calls without pages, in their order, made side by side; None: what it named is gone."""

    def price(self, service: str, item: str) -> Price | None:
        """The list price here; None: no figure is known, and none is guessed."""


@dataclass(frozen=True)
class Found:
    """What a check says of one resource. `resource` is AWS's own id or ARN: with check, environment and region it is
    what a finding is known by.

    `detail`: one sentence, what is wrong, with figures. `advice`: what to do next. `usd`: a month, None: not known or
    no question of money. `severity`: where it is not the check's. `evidence`: what was read, as JSON.
    """

    resource: str
    detail: str
    advice: str
    severity: Severity | None = None
    usd: float | None = None
    price: Price | None = None
    evidence: Mapping[str, Any] = field(default_factory=dict)
    name: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)


Facts = Any  # a frozen dataclass of the check's own: what it knows about one resource


@dataclass(frozen=True)
class Check:
    """One file in tasks/checks.

    `gather(reader, limits)` yields facts, one resource each, a page at a time in memory. `judge(facts, limits)` is
    pure: what is wrong with it, or None. `reads`: the calls that can be told beforehand, made side by side before
    `gather` asks for them. `permissions`: the IAM actions of all its calls. `guide`: the docstring of its file.
    `cleanup`: the kind of clean-up that ends such a finding, empty: none but a person's.
    """

    name: str
    title: str
    summary: str
    group: Group
    severity: Severity
    limits: type[BaseModel]
    gather: Callable[[Reader, Any], Iterable[Facts]]
    judge: Callable[[Facts, Any], Found | None]
    reads: tuple[Read, ...] = ()
    permissions: tuple[str, ...] = ()
    guide: str = ""
    cleanup: str = ""


_checks: dict[str, Check] = {}
_modules: list[str] = []


def register(checks: Sequence[Check]) -> None:
    """Make these known."""
    _checks.update({check.name: check for check in checks})


def register_later(module: str) -> None:
    """Make the CHECKS of this module known once somebody asks: forty files are a sixth of a process's start."""
    _modules.append(module)


def known() -> dict[str, Check]:
    for module in _modules:
        register(import_module(module).CHECKS)
    return _checks


def checks() -> list[Check]:
    return sorted(known().values(), key=lambda check: check.name)


def check(name: str) -> Check | None:
    return known().get(name)


def permissions() -> tuple[str, ...]:
    """The IAM actions of all checks together."""
    return tuple(sorted({action for each in checks() for action in each.permissions}))
