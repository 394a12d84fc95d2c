"""Statistics of a metric by period, and what CloudWatch still keeps of it.

CloudWatch User Guide: Metrics retention; API Reference: GetMetricStatistics, GetMetricData.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from itertools import groupby

from sandbox.cloudwatch.metrics import Metric, StatisticSet, merged
from sandbox.cloudwatch.series import Source

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


def periods(metric: Metric, span: Span, single: bool = True) -> Iterator[StatisticSet]:
    """One statistic set for each period that has data, oldest first; what is no longer kept so finely is left out.

    Without `single` the values are not told one by one, which percentiles need and which takes time.
    """
    even = span.period % metric.period == 0 and span.first % metric.period == 0
    if metric.source is not None and even and not metric.times:
        sets = _calculated(metric, metric.source, span, single)
    else:
        sets = _grouped(metric, span)
    yield from (found for found in sets if _kept(found.at, span))


def _calculated(metric: Metric, source: Source, span: Span, single: bool) -> Iterator[StatisticSet]:
    each, count = span.period // metric.period, max(0, -(-(_end(metric, span) - span.first) // metric.period))
    values = source.values(span.first, count, metric.period)
    for place in range(0, count, each):
        known = [value for value in values[place : place + each] if value is not None]
        if known:
            yield metric.whole(span.first + place * metric.period, known, single)


def _grouped(metric: Metric, span: Span) -> Iterator[StatisticSet]:
    first, period = span.first, span.period
    for number, sets in groupby(metric.between(first, _end(metric, span)), lambda one: (one.at - first) // period):
        whole = reduce(merged, sets)
        yield whole._replace(at=first + number * period)


def _end(metric: Metric, span: Span) -> int:
    """A formula has no value for a period that is not over."""
    end = -(-span.end // 1)
    return int(min(end, span.now - metric.period + 1) if metric.source is not None else end)


def _kept(at: int, span: Span) -> bool:
    age = span.now - at
    return age < DAYS_455 and span.period % finest(age) == 0


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
