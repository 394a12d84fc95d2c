"""What Auto Scaling groups have done: launches, terminations, and whether a health check was the cause.

AWS docs: Verify a scaling activity for an Auto Scaling group; Health checks for instances in an Auto Scaling group.
Activities in progress come first, then the others by their start, newest first, for six weeks.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, Literal

from opsportal.checks import Read, Reader

ACTIVITIES = Read("autoscaling", "describe_scaling_activities")
DONE = re.compile(r"^(Launching a new|Terminating) EC2 instance: (i-[0-9a-f]+)")
UNHEALTHY = re.compile(r"health check|status checks failure", re.IGNORECASE)
CAPACITY = re.compile(r"changing the desired capacity from (\d+) to (\d+)")


@dataclass(frozen=True)
class Activity:
    """One launch or termination of an instance. `ended` None: it goes on."""

    group: str
    kind: Literal["launch", "terminate"]
    instance: str
    started: datetime
    ended: datetime | None
    cause: str
    status: str = "Successful"

    @property
    def by_health_check(self) -> bool:
        return self.kind == "terminate" and bool(UNHEALTHY.search(self.cause))


@dataclass(frozen=True)
class Life:
    """An instance that was launched and terminated within what was read; seconds until it began to end."""

    instance: str
    launched: datetime
    ended: datetime
    by_health_check: bool

    @property
    def seconds(self) -> float:
        return (self.ended - self.launched).total_seconds()


def by_group(reader: Reader, hours: float) -> dict[str, list[Activity]]:
    """The activities that began in the last hours, newest first; older pages are not asked for."""
    since, found = reader.now - timedelta(hours=hours), dict[str, list[Activity]]()
    for page in reader.pages(ACTIVITIES):
        told = page["Activities"]
        for activity in filter(None, map(activity_of, told)):
            if activity.started >= since:
                found.setdefault(activity.group, []).append(activity)
        if any(each["StartTime"] < since and each.get("EndTime") for each in told):
            break
    return found


def activity_of(told: Mapping[str, Any]) -> Activity | None:
    """An activity about one instance; None: about something else, such as one that was never launched."""
    match = DONE.match(told["Description"])
    if not match:
        return None
    kind: Literal["launch", "terminate"] = "terminate" if match[1] == "Terminating" else "launch"
    times = told["StartTime"], told.get("EndTime")
    return Activity(told["AutoScalingGroupName"], kind, match[2], *times, told.get("Cause", ""), told["StatusCode"])


def lives(activities: Sequence[Activity]) -> list[Life]:
    """The instances that came and went, the last to go first."""
    launched = {each.instance: each for each in activities if each.kind == "launch"}
    return [
        Life(each.instance, launched[each.instance].started, each.started, each.by_health_check)
        for each in activities
        if each.kind == "terminate" and each.instance in launched
    ]


def turns(activities: Sequence[Activity]) -> int:
    """How often scaling policies changed the direction in which they moved the desired capacity."""
    moves = [CAPACITY.search(each.cause) for each in reversed(activities) if "triggered policy" in each.cause]
    up = [int(move[2]) > int(move[1]) for move in moves if move and move[1] != move[2]]
    return sum(before != after for before, after in pairwise(up))
