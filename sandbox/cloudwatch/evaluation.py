"""States of metric alarms by what their metrics say.

CloudWatch User Guide: Using Amazon CloudWatch alarms (evaluating an alarm; missing data; the words of a reason).
"""

import operator
from collections.abc import Callable
from datetime import UTC, datetime

from sandbox.cloudformation.records import Json
from sandbox.cloudwatch import questions, statistics
from sandbox.cloudwatch.alarms import Alarm, turn
from sandbox.cloudwatch.metrics import Metrics
from sandbox.cloudwatch.statistics import Span

EVERY = 60
COMPARISONS: dict[str, tuple[Callable[[float, float], bool], str]] = {
    "GreaterThanOrEqualToThreshold": (operator.ge, "greater than or equal to"),
    "GreaterThanThreshold": (operator.gt, "greater than"),
    "LessThanThreshold": (operator.lt, "less than"),
    "LessThanOrEqualToThreshold": (operator.le, "less than or equal to"),
}


def look(alarm: Alarm, metrics: Metrics, now: float) -> None:
    """Once a minute, when the alarm is read. A state that was seeded stays; composite alarms are not evaluated."""
    settings = alarm.settings
    if alarm.fixed or alarm.kind != "MetricAlarm" or "MetricName" not in settings or now - alarm.looked < EVERY:
        return
    if settings.get("ComparisonOperator") not in COMPARISONS:
        return
    alarm.looked = now
    values = _values(alarm, metrics, now)
    state, reason = verdict(settings, values)
    if state:
        turn(alarm, now, state, reason)


def _values(alarm: Alarm, metrics: Metrics, now: float) -> list[tuple[int, float | None]]:
    """The last whole periods, oldest first; None for one without data."""
    settings = alarm.settings
    seconds, count = int(settings["Period"]), int(settings["EvaluationPeriods"])
    end = int(now // seconds * seconds)
    span = Span(end - seconds * count, end, seconds, now)
    place = (settings["Namespace"], settings["MetricName"], questions.dimensions(settings.get("Dimensions")))
    metric = metrics.find(alarm.place, *place)
    name = settings.get("Statistic") or settings["ExtendedStatistic"]
    found = {s.at: statistics.value(s, name) for s in statistics.periods(metric, span)} if metric else {}
    return [(at, found.get(at)) for at in range(span.first, end, seconds)]


def verdict(settings: Json, values: list[tuple[int, float | None]]) -> tuple[str, str]:
    """(state, reason); no state when it stays as it is."""
    breaches, words = COMPARISONS[settings["ComparisonOperator"]]
    threshold, treat = float(settings["Threshold"]), settings.get("TreatMissingData", "missing")
    wanted = int(settings.get("DatapointsToAlarm") or settings["EvaluationPeriods"])
    known = [(at, value) for at, value in values if value is not None]
    absent = len(values) - len(known)
    bad = [point for point in known if breaches(point[1], threshold)]
    if not known and treat in ("missing", "ignore"):
        unknown = "1 datapoint was unknown" if absent == 1 else f"{absent} datapoints were unknown"
        return ("INSUFFICIENT_DATA", f"Insufficient Data: {unknown}.") if treat == "missing" else ("", "")
    alarming = len(bad) + (absent if treat == "breaching" else 0) >= wanted
    told = bad if alarming else [point for point in known if point not in bad]
    return ("ALARM" if alarming else "OK"), _reason(told or known, alarming, words, threshold, absent)


def _reason(told: list[tuple[int, float]], alarming: bool, words: str, threshold: float, absent: int) -> str:
    if not told:
        kind = "Breaching" if alarming else "NonBreaching"
        treated = f"{absent} missing datapoints were treated as [{kind}]"
        return f"Threshold Crossed: no datapoints were received for {absent} periods and {treated}."
    points = ", ".join(f"{value} ({datetime.fromtimestamp(at, UTC):%d/%m/%y %H:%M:%S})" for at, value in told)
    were = "datapoint" if len(told) == 1 else "datapoints"
    verb, negated = ("was" if len(told) == 1 else "were"), "" if alarming else "not "
    return f"Threshold Crossed: {len(told)} {were} [{points}] {verb} {negated}{words} the threshold ({threshold})."
