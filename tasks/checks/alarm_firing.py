"""Alarms that are in ALARM now: since when, and who is told.

Whether a notice left is read from the alarm's history. An alarm without an action tells nobody, which is worse than the
alarm itself. Alarms that only move a scaling policy are left out: they are in ALARM in ordinary times.

AWS docs: DescribeAlarms; DescribeAlarmHistory (kept for 30 days); Using Amazon CloudWatch alarms.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from opsportal.checks import Check, Found, Read, Reader, Severity
from opsportal.words import gettext as _
from opsportal.words import gettext_noop
from tasks.sweeps import alarms
from tasks.sweeps.resources import Resource, found
from tasks.sweeps.spans import about


class Limits(BaseModel):
    minutes: int = Field(
        5,
        ge=0,
        le=1440,
        title=gettext_noop("Minutes"),
        description=gettext_noop("An alarm is found when it has been in ALARM for this long."),
    )
    long_hours: int = Field(
        24,
        ge=1,
        le=720,
        title=gettext_noop("Hours of a forgotten alarm"),
        description=gettext_noop(
            "An alarm that has been in ALARM for this long is found as high: nobody seems to look after it."
        ),
    )


@dataclass(frozen=True)
class Facts:
    """`tells`: ARNs of the actions that may reach a person. `sent`: the last words of its history, None: not read."""

    resource: Resource
    since: datetime
    reason: str
    tells: tuple[str, ...]
    sent: str | None = None


def gather(reader: Reader, limits: Limits) -> Iterator[Facts]:
    firing = [alarm for alarm in alarms.listed(reader) if alarm["StateValue"] == "ALARM" and not only_scales(alarm)]
    reads = [history(alarm["AlarmName"]) for alarm in firing]
    for alarm, answer in zip(firing, reader.several(reads), strict=True):
        yield Facts(
            resource=Resource(alarm["AlarmArn"], reader.now, alarm["AlarmName"]),
            since=alarm.get("StateTransitionedTimestamp") or alarm["StateUpdatedTimestamp"],
            reason=alarm.get("StateReason", ""),
            tells=tuple(alarms.people(alarm)),
            sent=last(answer),
        )


def only_scales(alarm: dict[str, Any]) -> bool:
    actions = alarm.get("AlarmActions", ())
    return bool(actions) and all(alarms.SCALING in action for action in actions)


def history(name: str) -> Read:
    """The newest action of an alarm."""
    return Read(
        "cloudwatch", "describe_alarm_history", {"AlarmName": name, "HistoryItemType": "Action", "MaxRecords": 1}
    )


def last(answer: dict[str, Any] | None) -> str | None:
    items = (answer or {}).get("AlarmHistoryItems", ())
    return items[0]["HistorySummary"] if items else None


def judge(facts: Facts, limits: Limits) -> Found | None:
    hours = (facts.resource.read_at - facts.since).total_seconds() / 3600
    if hours * 60 < limits.minutes:
        return None
    text = _("It has been in ALARM for {span}, since {since} UTC. {told}")
    detail = text.format(span=about(hours), since=facts.since.strftime("%Y-%m-%d %H:%M"), told=told(facts))
    return found(
        facts.resource,
        detail=detail,
        advice=advice(facts),
        severity=severity(facts, hours, limits),
        since=facts.since.isoformat(),
        reason=facts.reason,
        tells=list(facts.tells),
        last_action=facts.sent,
    )


def told(facts: Facts) -> str:
    if not facts.tells:
        return _("It tells nobody.")
    names = ", ".join(arn.rpartition(":")[2] for arn in facts.tells)
    if facts.sent is None:
        return _("It tells {names}; whether a notice was sent is not known.").format(names=names)
    return _("It tells {names}. Its history: {sent}").format(names=names, sent=facts.sent)


def severity(facts: Facts, hours: float, limits: Limits) -> Severity | None:
    return "high" if not facts.tells or hours >= limits.long_hours else None


def advice(facts: Facts) -> str:
    if not facts.tells:
        return _("Mend its cause, then give the alarm an action that somebody reads.")
    return _("Mend its cause. If nobody came, look who has subscribed to its topic.")


CHECK = Check(
    name="alarm-firing",
    title=gettext_noop("Alarm is firing"),
    summary=gettext_noop("An alarm is in ALARM now; the finding says since when, and whom it tells."),
    group="reliability",
    severity="medium",
    limits=Limits,
    gather=gather,
    judge=judge,
    reads=(alarms.ALARMS,),
    permissions=("cloudwatch:DescribeAlarmHistory", "cloudwatch:DescribeAlarms"),
    guide=__doc__ or "",
)
