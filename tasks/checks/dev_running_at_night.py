"""Finds development instances that run day and night.

What an instance is for is told by its tags. One that has run for a week without being stopped ran through every night
and the weekend of it. What is saved is reckoned for all hours of the week beyond those it is needed.

AWS docs: AWS Solutions Library, Instance Scheduler on AWS; Amazon EC2 Auto Scaling User Guide, Scheduled scaling.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pydantic import BaseModel, Field

from opsportal.checks import Check, Found, Reader
from opsportal.words import gettext as _
from opsportal.words import gettext_noop
from tasks.sweeps import instances, money
from tasks.sweeps.instances import Instance
from tasks.sweeps.money import Cost
from tasks.sweeps.resources import found

WEEK = 168  # hours


class Limits(BaseModel):
    keys: list[str] = Field(
        ["environment", "env", "stage"],
        min_length=1,
        max_length=20,
        title=gettext_noop("Tags"),
        description=gettext_noop("Which tags say what an instance is for, in capitals or not."),
    )
    values: list[str] = Field(
        ["dev", "development", "test", "testing", "staging", "sandbox"],
        min_length=1,
        max_length=50,
        title=gettext_noop("Values"),
        description=gettext_noop("What such a tag says of instances that nobody needs at night."),
    )
    days: int = Field(
        7,
        ge=2,
        le=365,
        title=gettext_noop("Days"),
        description=gettext_noop("Instances that have run so long without being stopped are found."),
    )
    hours: int = Field(
        60,
        ge=1,
        le=167,
        title=gettext_noop("Hours a week"),
        description=gettext_noop("For how long they are needed, such as 12 hours on five days."),
    )


@dataclass(frozen=True)
class Facts:
    """`cost`: of all its hours."""

    instance: Instance
    cost: Cost


def gather(reader: Reader, limits: Limits) -> Iterator[Facts]:
    for instance in instances.instances(reader, instances.RUNNING):
        yield Facts(instance, instances.cost(reader.price, instance))


def stage(tags: Mapping[str, str], limits: Limits) -> str:
    """The value of the tag that says it is for development; empty when none does."""
    keys, values = ({each.lower() for each in listed} for listed in (limits.keys, limits.values))
    return next((value for key, value in tags.items() if key.lower() in keys and value.lower() in values), "")


def judge(facts: Facts, limits: Limits) -> Found | None:
    instance = facts.instance
    days, said = instance.resource.days(instance.launched), stage(instance.resource.tags, limits)
    if instance.state != "running" or not said or days < limits.days:
        return None
    told = _("Tagged {stage} and running for {days} days without a stop. {kind}.")
    advice = _("Stop it at night and at weekends.")
    if instance.group:
        advice = _("Give the Auto Scaling group {group} scheduled actions.").format(group=instance.group)
    return found(
        instance.resource,
        detail=told.format(stage=said, days=days, kind=instance.kind),
        advice=advice,
        cost=money.share(facts.cost, 1 - limits.hours / WEEK),
        kind=instance.kind,
        launched=instance.launched.isoformat(),
        hours_needed_a_week=limits.hours,
    )


CHECK = Check(
    name="dev-running-at-night",
    title=gettext_noop("Development instances that run at night"),
    summary=gettext_noop("Instances for development that nobody stops."),
    group="cost",
    severity="medium",
    limits=Limits,
    gather=gather,
    judge=judge,
    reads=(instances.RUNNING,),
    permissions=("ec2:DescribeInstances",),
    guide=__doc__ or "",
)
