"""PutMetricData. API Reference: PutMetricData, MetricDatum."""

from sandbox.cloudformation.records import Json
from sandbox.cloudformation.requests import Request
from sandbox.cloudwatch import questions
from sandbox.cloudwatch.metrics import StatisticSet

MOST_METRICS, MOST_VALUES, MOST_DIMENSIONS = 1000, 150, 30
WEEKS_2, HOURS_2 = 14 * 86_400, 7200


def put_metric_data(request: Request) -> Json:
    """Nothing is kept unless all of it can be."""
    namespace, data = request.get("Namespace", ""), request.get("MetricData", [])
    if namespace.startswith("AWS/"):
        raise questions.invalid("The value AWS/ for parameter Namespace is invalid.")
    if len(data) > MOST_METRICS:
        raise questions.invalid(f"The collection MetricData must not have a size greater than {MOST_METRICS}.")
    samples = [_sample(request, datum, number) for number, datum in enumerate(data, 1)]
    for datum, sample in zip(data, samples, strict=True):
        place = (namespace, datum["MetricName"], questions.dimensions(datum.get("Dimensions")))
        metric = request.world.seeded.metrics.get(request.place, *place)
        metric.unit = datum.get("Unit", "None")
        metric.put(sample)
    return {}


def _sample(request: Request, datum: Json, number: int) -> StatisticSet:
    _check(datum, f"MetricData.member.{number}")
    at = datum.get("Timestamp", request.now)
    if not request.now - WEEKS_2 <= at <= request.now + HOURS_2:
        text = f"The parameter MetricData.member.{number}.Timestamp must specify a time within the past two weeks."
        raise questions.invalid(text)
    unit = 1 if datum.get("StorageResolution") == 1 else 60
    return _of(datum, int(at // unit * unit))


def _check(datum: Json, where: str) -> None:
    values = datum.get("Values", [])
    if len(values) > MOST_VALUES:
        raise questions.invalid(f"The collection {where}.Values must not have a size greater than {MOST_VALUES}.")
    if len(datum.get("Dimensions", [])) > MOST_DIMENSIONS:
        text = f"The collection {where}.Dimensions must not have a size greater than {MOST_DIMENSIONS}."
        raise questions.invalid(text)
    if len(datum.get("Counts") or values) != len(values):
        raise questions.invalid(f"The parameters {where}.Values and {where}.Counts must be of the same size.")
    if not any(name in datum for name in ("Value", "Values", "StatisticValues")):
        raise questions.missing(f"{where}.Value")


def _of(datum: Json, at: int) -> StatisticSet:
    if given := datum.get("StatisticValues"):
        return StatisticSet(at, given["SampleCount"], given["Sum"], given["Minimum"], given["Maximum"])
    values = datum.get("Values") or [datum["Value"]]
    counts = datum.get("Counts") or [1.0] * len(values)
    pairs = tuple(sorted(zip(values, counts, strict=True)))
    total = sum(value * count for value, count in pairs)
    return StatisticSet(at, sum(counts), total, min(values), max(values), pairs)
