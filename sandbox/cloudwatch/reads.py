"""Reading single metrics: GetMetricStatistics and ListMetrics."""

from typing import Any

from sandbox.cloudformation.errors import Refused
from sandbox.cloudformation.records import Json
from sandbox.cloudformation.requests import Request
from sandbox.cloudwatch import questions, statistics
from sandbox.cloudwatch.metrics import Dimensions, Metric, StatisticSet
from sandbox.paging import page

MOST_DATAPOINTS = 1440
LISTED = 500
RECENT = {"PT3H": 3 * 3600}
WEEKS_2 = 14 * 86_400


def get_metric_statistics(request: Request) -> Json:
    """API Reference: GetMetricStatistics. The data points come in no order; here the newest first."""
    seconds = questions.period(request.get("Period"))
    span = questions.span(request, seconds)
    wanted = [*request.get("Statistics", []), *request.get("ExtendedStatistics", [])]
    if not wanted:
        raise questions.missing("Statistics or ExtendedStatistics")
    for name in wanted:
        questions.statistic(name)
    _check_amount(int((span.end - span.start) // seconds))
    metric = questions.metric(request, request.given, request.get("Unit", ""))
    samples = list(statistics.periods(metric, span)) if metric else []
    unit = metric.unit if metric else ""
    found = [_datapoint(sample, unit, wanted) for sample in reversed(samples)]
    return {"Label": request.get("MetricName"), "Datapoints": found}


def _check_amount(points: int) -> None:
    if points > MOST_DATAPOINTS:
        raise Refused(
            "InvalidParameterCombination",
            f"You have requested up to {points:,} datapoints, which exceeds the limit of {MOST_DATAPOINTS:,}. "
            "You may reduce the datapoints requested by increasing Period, or decreasing the time range.",
        )


def _datapoint(sample: StatisticSet, unit: str, wanted: list[str]) -> Json:
    found: Json = {"Timestamp": sample.at, "Unit": unit}
    values = {name: statistics.value(sample, name) for name in wanted}
    extended = {name: value for name, value in values.items() if name.startswith("p") and value is not None}
    simple = {name: value for name, value in values.items() if not name.startswith("p")}
    return found | simple | ({"ExtendedStatistics": extended} if extended else {})


def list_metrics(request: Request) -> Json:
    """API Reference: ListMetrics. What had no data for two weeks is not listed."""
    given, name, filters = request.get("Namespace", ""), request.get("MetricName", ""), request.get("Dimensions", [])
    since = request.now - RECENT.get(request.get("RecentlyActive", ""), WEEKS_2)
    known = request.world.seeded.metrics.listed(request.place, given, name)
    found = [
        {"Namespace": space, "MetricName": title, "Dimensions": questions.named(dimensions)}
        for space, title, dimensions, metric in known
        if _fits(dimensions, filters) and _active(metric, since, request.now)
    ]
    return page(found, "Metrics", LISTED, request.get("NextToken"), questions.invalid)


def _fits(dimensions: Dimensions, filters: list[Any]) -> bool:
    have = dict(dimensions)
    return all(one["Name"] in have and one.get("Value", have[one["Name"]]) == have[one["Name"]] for one in filters)


def _active(metric: Metric, since: float, now: float) -> bool:
    if metric.times and metric.times[-1] >= since:
        return True
    return metric.source is not None and any(True for _ in metric.between(int(since), int(now)))
