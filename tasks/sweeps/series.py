"""CloudWatch's figures with their times, read by GetMetricData as many at a time as one call takes.

AWS docs: GetMetricData; CloudWatch service quotas (500 queries and 100,800 points a call); Amazon CloudWatch concepts
(a period of 60 s is kept for 15 days, 300 s for 63 days, 3600 s for 455 days).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, TypeVar

from opsportal.checks import Read, Reader

PERMISSIONS = ("cloudwatch:GetMetricData",)
Item = TypeVar("Item")
Statistic = Literal["Average", "Sum", "Minimum", "Maximum", "SampleCount"]

QUERIES = 500
POINTS = 100_800


@dataclass(frozen=True)
class Metric:
    """One metric by its dimensions' names and values; `period` in seconds."""

    namespace: str
    name: str
    dimensions: Mapping[str, str]
    statistic: Statistic = "Average"
    period: int = 300


@dataclass(frozen=True)
class Series:
    """What CloudWatch has of a metric, oldest first; a gap is no point. `whole` False: it could not give all of it."""

    times: tuple[datetime, ...] = ()
    values: tuple[float, ...] = ()
    whole: bool = True

    @property
    def latest(self) -> float | None:
        return self.values[-1] if self.values else None

    def since(self, start: datetime) -> tuple[float, ...]:
        """The values from this time on."""
        return tuple(value for time, value in zip(self.times, self.values, strict=True) if time >= start)

    def until(self, end: datetime) -> tuple[float, ...]:
        """The values up to this time."""
        return tuple(value for time, value in zip(self.times, self.values, strict=True) if time <= end)


def measured(
    read: Reader, wanted: Iterable[tuple[Item, Sequence[Metric]]], hours: float
) -> Iterator[tuple[Item, tuple[Series, ...]]]:
    """Each item with the series of its metrics over the last `hours`, in their order; one call's worth in memory."""
    for batch in _batches(wanted, hours):
        series = _answers(read, [metric for _, metrics in batch for metric in metrics], hours)
        for item, metrics in batch:
            yield item, tuple(next(series) for _ in metrics)


def _batches(
    wanted: Iterable[tuple[Item, Sequence[Metric]]], hours: float
) -> Iterator[list[tuple[Item, Sequence[Metric]]]]:
    """Items together whose metrics fit into one call."""
    batch: list[tuple[Item, Sequence[Metric]]] = []
    queries = points = 0
    for item, metrics in wanted:
        more = sum(int(hours * 3600 / metric.period) + 1 for metric in metrics)
        if batch and (queries + len(metrics) > QUERIES or points + more > POINTS):
            yield batch
            batch, queries, points = [], 0, 0
        batch.append((item, metrics))
        queries, points = queries + len(metrics), points + more
    if batch:
        yield batch


def _answers(read: Reader, metrics: Sequence[Metric], hours: float) -> Iterator[Series]:
    """The series of one call, in the order of its metrics; a series may go on over several pages."""
    found: dict[str, list[dict[str, Any]]] = {}
    for page in read.pages(request(metrics, read.now, hours)) if metrics else ():
        for result in page["MetricDataResults"]:
            found.setdefault(result["Id"], []).append(result)
    for number in range(len(metrics)):
        yield _series(found.get(f"m{number}", []))


def request(metrics: Sequence[Metric], now: datetime, hours: float) -> Read:
    """The call for these metrics. It ends with a whole period, five minutes at most: later points are not complete.

    Times are texts, because a sweep knows a call again by its arguments.
    """
    step = min([metric.period // 60 for metric in metrics] + [5])
    end = now.replace(minute=now.minute - now.minute % step, second=0, microsecond=0)
    queries = [{"Id": f"m{number}", "MetricStat": _stat(metric)} for number, metric in enumerate(metrics)]
    times = {"StartTime": (end - timedelta(hours=hours)).isoformat(), "EndTime": end.isoformat()}
    return Read(
        "cloudwatch", "get_metric_data", {"MetricDataQueries": queries, **times, "ScanBy": "TimestampAscending"}
    )


def _stat(metric: Metric) -> dict[str, Any]:
    dimensions = [{"Name": name, "Value": value} for name, value in metric.dimensions.items()]
    what = {"Namespace": metric.namespace, "MetricName": metric.name, "Dimensions": dimensions}
    return {"Metric": what, "Period": metric.period, "Stat": metric.statistic}


def _series(results: Sequence[Mapping[str, Any]]) -> Series:
    """One series of its parts; more parts follow where the status is PartialData."""
    points = sorted(
        (time, value) for part in results for time, value in zip(part["Timestamps"], part["Values"], strict=True)
    )
    whole = bool(results) and results[-1].get("StatusCode", "Complete") == "Complete"
    return Series(tuple(time for time, _ in points), tuple(value for _, value in points), whole)
