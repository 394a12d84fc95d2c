"""The rows of alarms, their states and histories."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal, get_args

from sandbox.cloudformation.records import Json, Place

State = Literal["OK", "ALARM", "INSUFFICIENT_DATA"]
STATES: tuple[str, ...] = get_args(State)
KEPT_DAYS = 30 * 86_400  # CloudWatch API Reference: DescribeAlarmHistory


@dataclass(frozen=True)
class HistoryItem:
    at: float
    type: str
    summary: str
    data: str


@dataclass
class Alarm:
    """`settings` are the members of MetricAlarm or CompositeAlarm that were given."""

    name: str
    place: Place
    kind: Literal["MetricAlarm", "CompositeAlarm"]
    settings: Json
    updated: float
    state: str = "INSUFFICIENT_DATA"
    reason: str = "Unchecked: Initial alarm creation"
    reason_data: str = ""
    since: float = 0.0
    looked: float = 0.0
    fixed: bool = False
    declared: bool = False
    history: list[HistoryItem] = field(default_factory=list)

    @property
    def arn(self) -> str:
        return f"arn:aws:cloudwatch:{self.place.region}:{self.place.account}:alarm:{self.name}"


def note(alarm: Alarm, at: float, kind: str, summary: str, data: Json) -> None:
    """Adds to the history, which goes back 30 days."""
    kept = [item for item in alarm.history if item.at > at - KEPT_DAYS]
    alarm.history = [*kept, HistoryItem(at, kind, summary, json.dumps(data))]


def turn(alarm: Alarm, at: float, state: str, reason: str, reason_data: str = "") -> None:
    """Puts the alarm into a state; a changed one is in its history, with the actions that it had then."""
    before, was = alarm.state, {"stateValue": alarm.state, "stateReason": alarm.reason}
    alarm.reason, alarm.reason_data = reason, reason_data
    if state == before:
        return
    alarm.state, alarm.since = state, at
    now = {"stateValue": state, "stateReason": reason}
    data = {"version": "1.0", "oldState": was, "newState": now}
    note(alarm, at, "StateUpdate", f"Alarm updated from {before} to {state}", data)
    for action in actions(alarm, state) if alarm.settings.get("ActionsEnabled", True) else []:
        done: Json = {"actionState": "Succeeded", "notificationResource": action, "stateUpdateTimestamp": written(at)}
        note(alarm, at, "Action", f"Successfully executed action {action}", done)


def actions(alarm: Alarm, state: str) -> list[str]:
    members = {"OK": "OKActions", "ALARM": "AlarmActions", "INSUFFICIENT_DATA": "InsufficientDataActions"}
    return list(alarm.settings.get(members[state], []))


def written(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "+0000"
