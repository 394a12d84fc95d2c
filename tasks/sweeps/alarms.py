"""CloudWatch's alarms: what they watch, and whom they tell.

AWS docs: Using Amazon CloudWatch alarms; DescribeAlarms (without AlarmTypes only metric alarms are returned).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from opsportal.checks import Read, Reader

ALARMS = Read("cloudwatch", "describe_alarms", {"AlarmTypes": ["MetricAlarm", "CompositeAlarm"]})
SCALING = ":autoscaling:"


@dataclass(frozen=True)
class Watch:
    """One metric that an alarm with an action watches. `threshold` None: of a band or an expression."""

    alarm: str
    metric: str
    dimensions: Mapping[str, str]
    threshold: float | None
    above: bool


def listed(reader: Reader) -> Iterator[dict[str, Any]]:
    """Metric and composite alarms, as CloudWatch describes them."""
    for page in reader.pages(ALARMS):
        yield from page.get("MetricAlarms", ())
        yield from page.get("CompositeAlarms", ())


def people(alarm: Mapping[str, Any]) -> list[str]:
    """The actions of ALARM that may reach a person: none of scaling, none when actions are switched off."""
    if not alarm.get("ActionsEnabled", True):
        return []
    return [action for action in alarm.get("AlarmActions", ()) if SCALING not in action]


def watches(alarm: Mapping[str, Any]) -> Iterator[Watch]:
    """What it watches, the metrics within an expression too; nothing when it tells nobody."""
    if not people(alarm):
        return
    inner = [each["MetricStat"]["Metric"] for each in alarm.get("Metrics", ()) if "MetricStat" in each]
    above = alarm.get("ComparisonOperator", "").startswith("Greater")
    for metric in inner or [alarm]:
        if metric.get("MetricName"):
            place = {each["Name"]: each["Value"] for each in metric.get("Dimensions", ())}
            threshold = None if inner else alarm.get("Threshold")
            yield Watch(alarm["AlarmName"], metric["MetricName"], place, threshold, above)
