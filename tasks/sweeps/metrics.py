"""CloudWatch's figures, up to 500 queries a call and several calls side by side."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from typing import Any, TypeVar

from opsportal.checks import Read, Reader

PERMISSIONS = ("cloudwatch:GetMetricData",)
HOUR, DAY = 3600, 86_400  # seconds
QUERIES, VALUES = 500, 100_800  # at most in one call. CloudWatch API Reference: GetMetricData
TOGETHER = 4  # calls whose answers are in memory at once
T = TypeVar("T")


@dataclass(frozen=True)
class Query:
    """One metric: `dimensions` as name and value, `statistic` such as Sum or Maximum."""

    namespace: str
    metric: str
    dimensions: tuple[tuple[str, str], ...]
    statistic: str

    def asked(self, number: int, period: int) -> dict[str, Any]:
        dimensions = [{"Name": name, "Value": value} for name, value in self.dimensions]
        metric = {"Namespace": self.namespace, "MetricName": self.metric, "Dimensions": dimensions}
        return {"Id": f"q{number}", "MetricStat": {"Metric": metric, "Period": period, "Stat": self.statistic}}


def measured(
    reader: Reader, items: Iterable[T], queries: Callable[[T], Sequence[Query]], days: int, period: int = DAY
) -> Iterator[tuple[T, list[list[float]]]]:
    """Each item with the values of each of its queries, oldest first, from the midnight `days` days ago until now.

    Where nothing was measured there is no value. Every item has as many queries as the first.
    """
    left, size = iter(items), 0
    while group := list(islice(left, size or 1)):
        asked = [queries(item) for item in group]
        if not size:  # the first one says how many fit
            size = TOGETHER * (per_call(days, period) // len(asked[0]))
            more = list(islice(left, size - 1))
            group, asked = group + more, asked + [queries(item) for item in more]
        yield from zip(group, answered(reader, asked, days, period), strict=True)


def per_call(days: int, period: int) -> int:
    """How many queries a call takes so that the answer is one page."""
    return min(QUERIES, VALUES // ((days + 1) * DAY // period))


def answered(reader: Reader, asked: Sequence[Sequence[Query]], days: int, period: int) -> Iterator[list[list[float]]]:
    """The values of each one's queries, in order."""
    width = len(asked[0])
    step = per_call(days, period) // width
    groups = [asked[start : start + step] for start in range(0, len(asked), step)]
    calls = [call(reader, [query for each in group for query in each], days, period) for group in groups]
    for group, made, answer in zip(groups, calls, reader.several(calls), strict=True):
        series = values(reader, made, answer)
        yield from ([series.get(f"q{i * width + j}", []) for j in range(width)] for i in range(len(group)))


def call(reader: Reader, queries: Sequence[Query], days: int, period: int) -> Read:
    """Times as text: the sweep knows a call again by its arguments."""
    end = reader.now.replace(minute=0, second=0, microsecond=0)
    asked = [query.asked(number, period) for number, query in enumerate(queries)]
    start = end.replace(hour=0) - timedelta(days=days)
    times = {"StartTime": start.isoformat(), "EndTime": end.isoformat(), "ScanBy": "TimestampAscending"}
    return Read("cloudwatch", "get_metric_data", {"MetricDataQueries": asked, **times})


def values(reader: Reader, made: Read, answer: dict[str, Any] | None) -> dict[str, list[float]]:
    """The values by the query's id; the rest of an answer that AWS cut is read too."""
    found: dict[str, list[float]] = {}
    while answer:
        for result in answer["MetricDataResults"]:
            found.setdefault(result["Id"], []).extend(result["Values"])
        token = answer.get("NextToken")
        answer = token and reader.read(Read(made.service, made.operation, {**made.arguments, "NextToken": token}))
    return found
