"""Statistics of a metric by period, and what CloudWatch still keeps of it.

CloudWatch User Guide: Metrics retention; API Reference: GetMetricStatistics, GetMetricData.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from sandbox.cloudwatch.metrics import Metric, StatisticSet, merged

HOURS_3, DAYS_15, DAYS_63, DAYS_455 = 10_800, 15 * 86_400, 63 * 86_400, 455 * 86_400
SIMPLE = ("SampleCount", "Average", "Sum", "Minimum", "Maximum")
PERCENTILE = re.compile(r"p(\d{1,2}(\.\d{1,10})?|100)")


@dataclass(frozen=True)
class Span:
    """From `start` on and before `end`, in seconds since the epoch, cut into periods; read at `now`."""

    start: float
    end: float
    period: int
    now: float

    @property
    def first(self) -> int:
        """The start as CloudWatch rounds it down: the older, the more."""
        age = self.now - self.start
        unit = 60 if age < DAYS_15 else 300 if age < DAYS_63 else 3600
        if age < HOURS_3 and self.period < 60:
            unit = self.period
        return int(self.start // unit * unit)


def known(statistic: str) -> bool:
    return statistic in SIMPLE or PERCENTILE.fullmatch(statistic) is not None


def finest(age: float) -> int:
    """The seconds of the shortest period in which data of this age can be read."""
    return 1 if age < HOURS_3 else 60 if age < DAYS_15 else 300 if age < DAYS_63 else 3600


def periods(metric: Metric, span: Span) -> Iterator[StatisticSet]:
    """One statistic set for each period that has data, oldest first; what is no longer kept so finely is left out."""
    first, period = span.first, span.period
    if period == metric.period and metric.source is not None and first % period == 0 and not metric.times:
        readings = metric.between(first, _end(metric, span))
        yield from (sample for sample in readings if _kept(sample.at, span))
        return
    for number, samples in groupby(metric.between(first, _end(metric, span)), lambda s: (s.at - first) // period):
        at = first + number * period
        if _kept(at, span):
            yield _whole(at, list(samples))


def _end(metric: Metric, span: Span) -> int:
    """A formula has no value for a period that is not over."""
    end = -(-span.end // 1)
    return int(min(end, span.now - metric.period + 1) if metric.source is not None else end)


def _kept(at: int, span: Span) -> bool:
    age = span.now - at
    return age < DAYS_455 and span.period % finest(age) == 0


def _whole(at: int, samples: list[StatisticSet]) -> StatisticSet:
    if len(samples) > 1 and all(len(sample.values) == 1 for sample in samples):
        return _counted(at, samples)
    whole = samples[0]
    for sample in samples[1:]:
        whole = merged(whole, sample)
    return whole._replace(at=at)


def _counted(at: int, samples: list[StatisticSet]) -> StatisticSet:
    """The same for many samples at once."""
    counts: dict[float, float] = {}
    for sample in samples:
        value, count = sample.values[0]
        counts[value] = counts.get(value, 0) + count
    totals = sum(sample.samples for sample in samples), sum(sample.total for sample in samples)
    return StatisticSet(at, *totals, min(counts), max(counts), tuple(sorted(counts.items())))


def value(sample: StatisticSet, statistic: str) -> float | None:
    """None for a percentile of which the single values are not known."""
    if statistic == "Average":
        return sample.total / sample.samples
    if statistic in SIMPLE:
        return {"Sum": sample.total, "SampleCount": sample.samples, "Minimum": sample.low, "Maximum": sample.high}[
            statistic
        ]
    return _percentile(sample.values, float(statistic[1:]))


def _percentile(values: tuple[tuple[float, float], ...], percent: float) -> float | None:
    wanted, seen = sum(count for _, count in values) * percent / 100, 0.0
    for each, count in values:
        seen += count
        if seen >= wanted:
            return each
    return None
