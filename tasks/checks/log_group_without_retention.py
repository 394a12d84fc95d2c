"""Finds CloudWatch log groups whose lines are kept for ever.

The cost is that of all that is stored now, so it is the most that a retention can save: AWS charges for the lines as
compressed, and `storedBytes` may be more. Groups of the class DELIVERY always keep their lines for a day.

AWS docs: Amazon CloudWatch Logs User Guide, Change log data retention; Log classes.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel, Field

from opsportal.checks import Check, Found, Read, Reader
from opsportal.words import gettext as _
from opsportal.words import gettext_noop
from tasks.sweeps import money, tags
from tasks.sweeps.money import Cost
from tasks.sweeps.resources import GIB, Resource, found

GROUPS = Read("logs", "describe_log_groups")
KIND = "logs"  # of CloudWatch Logs the whole: the key is the ARN anyway


class Limits(BaseModel):
    mib: float = Field(
        0,
        ge=0,
        le=1_000_000,
        title=gettext_noop("MiB"),
        description=gettext_noop("Log groups that hold less than this are left alone."),
    )


@dataclass(frozen=True)
class Facts:
    """`retention`: days, None: for ever."""

    resource: Resource
    cost: Cost
    retention: int | None
    gib: float
    made: datetime
    delivery: bool = False


def gather(reader: Reader, limits: Limits) -> Iterator[Facts]:
    held = tags.of_kind(reader, KIND)
    for page in reader.pages(GROUPS):
        yield from (facts(told, reader, held) for told in page["logGroups"])


def facts(told: Mapping[str, Any], reader: Reader, held: Mapping[str, dict[str, str]]) -> Facts:
    arn, gib = told["arn"].removesuffix(":*"), told.get("storedBytes", 0) / GIB
    return Facts(
        resource=Resource(told["logGroupName"], reader.now, tags=held.get(arn, {})),
        cost=money.monthly(reader.price("cloudwatch-logs", "stored"), gib),
        retention=told.get("retentionInDays"),
        gib=gib,
        made=datetime.fromtimestamp(told["creationTime"] / 1000, UTC),
        delivery=told.get("logGroupClass") == "DELIVERY",
    )


def judge(facts: Facts, limits: Limits) -> Found | None:
    if facts.retention or facts.delivery or facts.gib * 1024 < limits.mib:
        return None
    told = _("It keeps its lines for ever: {gib} GiB in {days} days.")
    return found(
        facts.resource,
        detail=told.format(gib=f"{facts.gib:.2f}", days=facts.resource.days(facts.made)),
        advice=_("Set a retention; CloudWatch deletes what is older within days."),
        cost=facts.cost,
        gib=round(facts.gib, 3),
        made=facts.made.isoformat(),
    )


CHECK = Check(
    name="log-group-without-retention",
    title=gettext_noop("Log group without retention"),
    summary=gettext_noop("A log group keeps its lines for ever."),
    group="cost",
    severity="low",
    limits=Limits,
    gather=gather,
    judge=judge,
    reads=(GROUPS, tags.reading(KIND)),
    permissions=("logs:DescribeLogGroups", *tags.PERMISSIONS),
    guide=__doc__ or "",
    cleanup="retention",
)
