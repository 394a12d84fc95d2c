"""One region of an account being filled, and what is needed to fill it."""

import inspect
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from random import Random
from typing import Any

from sandbox import ages
from sandbox.cloudformation.records import Place

Waste = defaultdict[str, list[str]]
Tags = Mapping[str, str]


@dataclass
class Site:
    """`waste` gathers, by check, the ids of what was made to be found; `made` counts rows by kind."""

    place: Place
    random: Random
    now: datetime = field(default_factory=lambda: datetime.now(UTC).replace(microsecond=0))
    waste: Waste = field(default_factory=lambda: defaultdict(list))
    made: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def backend(self, service: str) -> Any:
        return ages.backend(service, self.place)

    def at(self, days: float) -> datetime:
        """So many days back."""
        return self.now - timedelta(days=days)

    def ago(self, days: float) -> datetime:
        """The same in UTC without saying so, as moto keeps times."""
        return ages.naive(self.at(days))

    def count(self, kind: str, wasteful: Mapping[str, bool], ident: str) -> None:
        """Notes one row and the checks that must find it."""
        self.made[kind] += 1
        for check, found in wasteful.items():
            if found:
                self.waste[check].append(ident)

    @cached_property
    def ec2(self) -> Any:
        return self.backend("ec2")

    @cached_property
    def subnets(self) -> list[Any]:
        """The default subnets, one in each zone."""
        rows = [row for zone in self.ec2.subnets.values() for row in zone.values()]
        return [row for row in rows if row.default_for_az]

    @cached_property
    def vpc(self) -> str:
        return str(self.subnets[0].vpc_id)

    @cached_property
    def zones(self) -> list[Any]:
        return [self.ec2.get_zone_by_name(row.availability_zone) for row in self.subnets]


def call(method: Callable[..., Any], **given: Any) -> Any:
    """One of moto's methods with many parameters: those not given are None."""
    needed = inspect.signature(method).parameters.values()
    empty = {p.name: None for p in needed if p.default is p.empty and p.kind is p.POSITIONAL_OR_KEYWORD}
    return method(**(empty | given))


def pairs(tags: Tags) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]
