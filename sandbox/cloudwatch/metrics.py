"""The store of metrics: found by place, namespace, name and dimensions, not by search."""

from bisect import bisect_left, insort
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from sandbox.cloudformation.records import Place
from sandbox.cloudwatch.series import Source

Dimensions = tuple[tuple[str, str], ...]  # sorted by name


class StatisticSet(NamedTuple):
    """A statistic set of one period; `values` counts single values where they are known."""

    at: int
    samples: float
    total: float
    low: float
    high: float
    values: tuple[tuple[float, float], ...] = ()


def merged(one: StatisticSet, other: StatisticSet) -> StatisticSet:
    counts = dict(one.values)
    for value, count in other.values:
        counts[value] = counts.get(value, 0) + count
    low, high = min(one.low, other.low), max(one.high, other.high)
    return StatisticSet(
        one.at, one.samples + other.samples, one.total + other.total, low, high, tuple(sorted(counts.items()))
    )


@dataclass
class Metric:
    """A formula's values come every `period` seconds as the sum of `samples`; points that were put are kept."""

    unit: str = "None"
    source: Source | None = None
    period: int = 60
    samples: float = 1
    times: list[int] = field(default_factory=list)
    points: dict[int, StatisticSet] = field(default_factory=dict)

    def put(self, sample: StatisticSet) -> None:
        known = self.points.get(sample.at)
        if known is None:
            insort(self.times, sample.at)
        self.points[sample.at] = merged(known, sample) if known else sample

    def between(self, start: int, end: int) -> Iterator[StatisticSet]:
        """What was reported from `start` on, before `end`, oldest first."""
        if self.source is not None:
            yield from self._calculated(self.source, start, end)
        for place in range(bisect_left(self.times, start), bisect_left(self.times, end)):
            yield self.points[self.times[place]]

    def _calculated(self, source: Source, start: int, end: int) -> Iterator[StatisticSet]:
        first = -(-start // self.period) * self.period
        count = max(0, -(-(end - first) // self.period))
        for number, value in enumerate(source.values(first, count, self.period)):
            if value is not None:
                yield self.whole(first + number * self.period, [value])

    def whole(self, at: int, values: list[float], single: bool = True) -> StatisticSet:
        """The formula's values of one or more periods as one set."""
        own, number = self.samples, self.samples * len(values)
        values_of = tuple((value / own, own) for value in sorted(values)) if single else ()
        return StatisticSet(at, number, sum(values), min(values) / own, max(values) / own, values_of)


@dataclass
class Metrics:
    """All metrics of all accounts. In AWS one of another unit is another metric; here the last unit counts."""

    kept: dict[Place, dict[tuple[str, str], dict[Dimensions, Metric]]] = field(default_factory=dict)

    def find(self, place: Place, namespace: str, name: str, dimensions: Dimensions) -> Metric | None:
        return self.kept.get(place, {}).get((namespace, name), {}).get(dimensions)

    def get(self, place: Place, namespace: str, name: str, dimensions: Dimensions) -> Metric:
        """The metric, made if it is new."""
        return self.kept.setdefault(place, {}).setdefault((namespace, name), {}).setdefault(dimensions, Metric())

    def listed(self, place: Place, namespace: str, name: str) -> Iterator[tuple[str, str, Dimensions, Metric]]:
        """Those of a namespace and a name; empty text takes all."""
        for (space, title), found in self.kept.get(place, {}).items():
            if namespace in ("", space) and name in ("", title):
                yield from ((space, title, dimensions, metric) for dimensions, metric in found.items())
