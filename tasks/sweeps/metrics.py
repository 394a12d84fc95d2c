"""CloudWatch's figures with their times, read in whole calls of GetMetricData, several of them side by side.

AWS docs: GetMetricData; Amazon CloudWatch concepts (a period of 60 s is kept for 15 days, 300 s for 63 days, 3600 s
for 455 days).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import chain, islice
from typing import Any, Literal, TypeVar

from opsportal.checks import Read, Reader
from opsportal.errors import StepFailed
from opsportal.words import gettext as _

PERMISSIONS = ("cloudwatch:GetMetricData",)
MINUTE, HOUR, DAY = 60, 3600, 86_400  # seconds
QUERIES, POINTS = 500, 100_800  # at most in one call. AWS docs: CloudWatch service quotas
TOGETHER = 4  # calls whose answers are in memory at once
Item = TypeVar("Item")
Statistic = Literal["Average", "Sum", "Minimum", "Maximum", "SampleCount"]


@dataclass(frozen=True)
class Metric:
    """One metric by its dimensions' names and values; `period` in seconds."""

    namespace: str
    name: str
    dimensions: Mapping[str, str]
    statistic: Statistic = "Average"
    period: int = 5 * MINUTE


@dataclass(frozen=True)
class Series:
    """What CloudWatch has of a metric, oldest first; a gap is no point. `whole` False: it could not give all of it."""

    times: tuple[datetime, ...] = ()
    values: tuple[float, ...] = ()
    whole: bool = True

    @property
    def latest(self) -> float | None:
        return self.values[-1] if self.values else None

    def covers(self, points: int) -> bool:
        """Whether it has so many points at least; fewer say nothing of the time that is asked about."""
        return self.whole and len(self.values) >= points

    def between(self, first: datetime, last: datetime) -> tuple[float, ...]:
        """The values from the one time to the other, both included."""
        return tuple(value for time, value in zip(self.times, self.values, strict=True) if first <= time <= last)


def midnight(now: datetime, days: int) -> datetime:
    """The beginning of the day that was so many days ago, in UTC as CloudWatch's days are."""
    return whole(now - timedelta(days=days), DAY)


def whole(time: datetime, period: int) -> datetime:
    """The beginning of the period that the time is in."""
    return datetime.fromtimestamp(time.timestamp() // period * period, UTC)


def measured(
    reader: Reader, wanted: Iterable[tuple[Item, Sequence[Metric]]], since: datetime
) -> Iterator[tuple[Item, tuple[Series, ...]]]:
    """Each item with the series of its metrics from then until now, in their order; four calls' worth in memory."""
    left = batches(wanted, reader.now - since)
    while group := list(islice(left, TOGETHER)):
        asked = [[metric for _item, metrics in batch for metric in metrics] for batch in group]
        series = chain.from_iterable(
            answers(reader, [request(metrics, since, reader.now) for metrics in asked if metrics])
        )
        yield from ((item, tuple(islice(series, len(metrics)))) for batch in group for item, metrics in batch)


def complete(
    reader: Reader, wanted: Iterable[tuple[Item, Sequence[Metric]]], since: datetime
) -> Iterator[tuple[Item, tuple[Series, ...]]]:
    """The same for those who can't judge by parts. Raises StepFailed, so that nothing they found before is closed."""
    for item, series in measured(reader, wanted, since):
        if not all(each.whole for each in series):
            raise StepFailed(_("CloudWatch could not give all figures. Sweep again."))
        yield item, series


def batches(
    wanted: Iterable[tuple[Item, Sequence[Metric]]], span: timedelta
) -> Iterator[list[tuple[Item, Sequence[Metric]]]]:
    """Items together whose metrics fit into one call, with an answer of one page."""
    batch: list[tuple[Item, Sequence[Metric]]] = []
    queries = points = 0
    for item, metrics in wanted:
        more = sum(int(span.total_seconds()) // metric.period + 1 for metric in metrics)
        if batch and (queries + len(metrics) > QUERIES or points + more > POINTS):
            yield batch
            batch, queries, points = [], 0, 0
        batch.append((item, metrics))
        queries, points = queries + len(metrics), points + more
    if batch:
        yield batch


def request(metrics: Sequence[Metric], since: datetime, now: datetime) -> Read:
    """The call for these metrics. It begins with the longest period and ends with the shortest, or with the hour: later
    points are not complete.

    Times are texts, because a sweep knows a call again by its arguments.
    """
    periods = [metric.period for metric in metrics]
    start, end = whole(since, max(periods)), whole(now, min(*periods, HOUR))
    queries = [{"Id": f"m{number}", "MetricStat": stat(metric)} for number, metric in enumerate(metrics)]
    times = {"StartTime": start.isoformat(), "EndTime": end.isoformat(), "ScanBy": "TimestampAscending"}
    return Read("cloudwatch", "get_metric_data", {"MetricDataQueries": queries, **times})


def stat(metric: Metric) -> dict[str, Any]:
    dimensions = [{"Name": name, "Value": value} for name, value in metric.dimensions.items()]
    what = {"Namespace": metric.namespace, "MetricName": metric.name, "Dimensions": dimensions}
    return {"Metric": what, "Period": metric.period, "Stat": metric.statistic}


def answers(reader: Reader, calls: Sequence[Read]) -> Iterator[list[Series]]:
    """The series of each call, in the order of its queries."""
    for call, answer in zip(calls, reader.several(calls), strict=True):
        parts: dict[str, list[Mapping[str, Any]]] = {}
        for page in pages(reader, call, answer):
            for result in page["MetricDataResults"]:
                parts.setdefault(result["Id"], []).append(result)
        yield [joined(parts.get(query["Id"], [])) for query in call.arguments["MetricDataQueries"]]


def pages(reader: Reader, call: Read, answer: dict[str, Any] | None) -> Iterator[dict[str, Any]]:
    """The answer, and what follows where AWS cut it."""
    while answer:
        yield answer
        token = answer.get("NextToken")
        answer = (
            reader.read(Read(call.service, call.operation, {**call.arguments, "NextToken": token})) if token else None
        )


def joined(results: Sequence[Mapping[str, Any]]) -> Series:
    """One series of its parts; more parts follow where the status is PartialData."""
    points = sorted(
        (time, value) for part in results for time, value in zip(part["Timestamps"], part["Values"], strict=True)
    )
    is_whole = bool(results) and results[-1].get("StatusCode", "Complete") == "Complete"
    return Series(tuple(time for time, _value in points), tuple(value for _time, value in points), is_whole)
