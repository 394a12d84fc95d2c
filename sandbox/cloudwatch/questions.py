"""What a request says about metrics, checked, and CloudWatch's refusals of it."""

from typing import Any

from sandbox.cloudformation.errors import Refused
from sandbox.cloudformation.records import Json
from sandbox.cloudformation.requests import Request
from sandbox.cloudwatch import statistics
from sandbox.cloudwatch.metrics import Dimensions, Metric
from sandbox.cloudwatch.statistics import Span

SHORT_PERIODS = (1, 5, 10, 20, 30)


def invalid(message: str) -> Refused:
    return Refused("InvalidParameterValue", message)


def validation(message: str) -> Refused:
    return Refused("ValidationError", message)


def missing(name: str) -> Refused:
    return Refused("MissingParameter", f"The parameter {name} is required.")


def dimensions(given: list[Json] | None) -> Dimensions:
    return tuple(sorted((one["Name"], one.get("Value", "")) for one in given or []))


def named(found: Dimensions) -> list[Json]:
    return [{"Name": name, "Value": value} for name, value in found]


def period(given: Any) -> int:
    seconds = int(given or 0)
    if seconds not in SHORT_PERIODS and (seconds < 60 or seconds % 60):
        raise invalid("The parameter Period must be 1, 5, 10, 20, 30 or any multiple of 60.")
    return seconds


def span(request: Request, seconds: int) -> Span:
    """Raises Refused for an end that is not after the start."""
    start, end = request.get("StartTime"), request.get("EndTime")
    if start is None or end is None:
        raise missing("StartTime" if start is None else "EndTime")
    if start >= end:
        raise invalid("The parameter StartTime must be less than the parameter EndTime.")
    return Span(start, end, seconds, request.now)


def statistic(name: str) -> str:
    if not statistics.known(name):
        raise invalid(f"The value {name} for parameter Stat is not supported.")
    return name


def metric(request: Request, asked: Json, unit: str = "") -> Metric | None:
    """None when it is unknown, or kept in another unit: CloudWatch converts nothing."""
    place = (asked.get("Namespace", ""), asked.get("MetricName", ""), dimensions(asked.get("Dimensions")))
    found = request.world.seeded.metrics.find(request.place, *place)
    return found if found is not None and unit in ("", found.unit) else None
