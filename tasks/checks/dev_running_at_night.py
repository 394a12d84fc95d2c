"""Finds instances and databases for development that run day and night.

What one is for is told by its tags. One that has run for a week without being stopped ran through every night and the
weekend of it. When a database was stopped is known from its events, which go back 14 days; members of clusters are not
stopped one by one and are left alone. What is saved is reckoned for all hours of the week beyond those it is needed.

AWS docs: AWS Solutions Library, Instance Scheduler on AWS; Amazon EC2 Auto Scaling User Guide, Scheduled scaling.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from pydantic import BaseModel, Field

from opsportal.checks import Check, Found, Reader
from opsportal.words import gettext as _
from opsportal.words import gettext_noop
from tasks.sweeps import databases, instances, money
from tasks.sweeps.databases import Database
from tasks.sweeps.instances import Instance
from tasks.sweeps.money import Cost
from tasks.sweeps.resources import Resource, found

WEEK = 168  # hours
STOPPED = "DB instance stopped"  # RDS-EVENT-0087


class Limits(BaseModel):
    keys: list[str] = Field(
        ["environment", "env", "stage"],
        min_length=1,
        max_length=20,
        title=gettext_noop("Tags"),
        description=gettext_noop("The tags that say what something is for; capitals do not matter."),
    )
    values: list[str] = Field(
        ["dev", "development", "test", "testing", "staging", "sandbox"],
        min_length=1,
        max_length=50,
        title=gettext_noop("Values"),
        description=gettext_noop("The values of these tags that mean that nobody needs it at night."),
    )
    days: int = Field(
        7,
        ge=2,
        le=databases.EVENT_DAYS,
        title=gettext_noop("Days"),
        description=gettext_noop("What has run for this long without a stop is found."),
    )
    hours: int = Field(
        60,
        ge=1,
        le=167,
        title=gettext_noop("Hours a week"),
        description=gettext_noop("For how long it is needed, such as 12 hours on five days."),
    )


@dataclass(frozen=True)
class Facts:
    """`since`: it runs without a stop from then on; None: it does not run. `cost`: of all its hours."""

    resource: Resource
    kind: str
    since: datetime | None
    cost: Cost
    group: str = ""


def gather(reader: Reader, limits: Limits) -> Iterator[Facts]:
    for instance in instances.instances(reader, instances.RUNNING):
        yield of_instance(instance, reader)
    stopped = databases.happened(reader, STOPPED)
    for database in databases.databases(reader):
        if not database.cluster:
            yield of_database(database, stopped.get(database.resource.id), reader)


def of_instance(instance: Instance, reader: Reader) -> Facts:
    since, cost = instance.launched if instance.state == "running" else None, instances.cost(reader.price, instance)
    return Facts(instance.resource, instance.kind, since, cost, instance.group)


def of_database(database: Database, stopped: datetime | None, reader: Reader) -> Facts:
    since = max(database.made, stopped or database.made) if database.status == "available" else None
    return Facts(database.resource, database.kind, since, databases.hours(reader.price, database))


def stage(tags: Mapping[str, str], limits: Limits) -> str:
    """The value of the tag that says it is for development; empty when none does."""
    keys, values = ({each.lower() for each in listed} for listed in (limits.keys, limits.values))
    return next((value for key, value in tags.items() if key.lower() in keys and value.lower() in values), "")


def judge(facts: Facts, limits: Limits) -> Found | None:
    resource, said = facts.resource, stage(facts.resource.tags, limits)
    if facts.since is None or not said or resource.days(facts.since) < limits.days:
        return None
    told = _("It is tagged {stage} and has run for {days} days without a stop ({kind}).")
    advice = _("Tag it opsportal:hours, such as mon-fri 08:00-19:00 Europe/Berlin, and let a policy run Off-hours.")
    if facts.group:
        advice = _("Give the Auto Scaling group {group} scheduled actions.").format(group=facts.group)
    return found(
        resource,
        detail=told.format(stage=said, days=resource.days(facts.since), kind=facts.kind),
        advice=advice,
        cost=money.share(facts.cost, 1 - limits.hours / WEEK),
        kind=facts.kind,
        since=facts.since.isoformat(),
        hours_needed_a_week=limits.hours,
    )


CHECK = Check(
    name="dev-running-at-night",
    title=gettext_noop("Development runs at night"),
    summary=gettext_noop("An instance or database for development runs day and night."),
    group="cost",
    severity="medium",
    limits=Limits,
    gather=gather,
    judge=judge,
    reads=(instances.RUNNING, databases.ALL, databases.EVENTS),
    permissions=("ec2:DescribeInstances", "rds:DescribeDBInstances", "rds:DescribeEvents"),
    guide=__doc__ or "",
)
