"""Finds what blue/green deployments left behind: fleets of CodeDeploy and databases of RDS.

CodeDeploy copies the Auto Scaling group of a deployment into one named CodeDeploy_<group>_<deployment>, which becomes
the group's own. One so named that no deployment group has is left from a deployment that was stopped or failed, or
keeps its original fleet. RDS renames the database that a switch-over replaced by adding -old1.

AWS docs: AWS CodeDeploy User Guide, Integrating CodeDeploy with Amazon EC2 Auto Scaling; Amazon RDS User Guide,
Switching a blue/green deployment.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from opsportal.checks import Check, Found, Read, Reader
from opsportal.words import gettext as _
from opsportal.words import gettext_noop
from tasks.sweeps import databases, money, scaling_groups, tags
from tasks.sweeps.databases import Database
from tasks.sweeps.money import Cost
from tasks.sweeps.resources import Resource, found

APPLICATIONS = Read("codedeploy", "list_applications")
COPIED = re.compile(r"^CodeDeploy_.+_(d-[A-Z0-9]+)$")
REPLACED = re.compile(r"-old\d+$")
OVER = frozenset({"Succeeded", "Failed", "Stopped"})


class Limits(BaseModel):
    days: int = Field(
        2,
        ge=1,
        le=365,
        title=gettext_noop("Days"),
        description=gettext_noop("Fleets younger than this are left alone."),
    )


@dataclass(frozen=True)
class Facts:
    """A fleet or a database with a left-over's name. `current`: a deployment group has it, or makes it now."""

    resource: Resource
    database: bool
    made: datetime
    cost: Cost
    size: int = 1
    current: bool = False


@dataclass(frozen=True)
class InUse:
    """The Auto Scaling groups that deployment groups have, and the deployments that are not over."""

    fleets: frozenset[str]
    deployments: frozenset[str]


def gather(reader: Reader, limits: Limits) -> Iterator[Facts]:
    used = in_use(groups(reader))
    for told in scaling_groups.listed(reader):
        copied = COPIED.match(told["AutoScalingGroupName"])
        if copied:
            yield fleet(told, reader, copied[1], used)
    for database in databases.databases(reader):
        if REPLACED.search(database.resource.id):
            yield replaced(database, reader)


def in_use(groups: Sequence[Mapping[str, Any]]) -> InUse:
    """What these deployment groups hold."""
    last = [group.get("lastAttemptedDeployment") for group in groups]
    return InUse(
        frozenset(fleet.get("name", "") for group in groups for fleet in group.get("autoScalingGroups", ())),
        frozenset(each["deploymentId"] for each in last if each and each.get("status") not in OVER),
    )


def groups(reader: Reader) -> list[Mapping[str, Any]]:
    """The deployment groups of all applications."""
    names = (name for page in reader.pages(APPLICATIONS) for name in page["applications"])
    return [group for name in names for group in of(reader, name)]


def of(reader: Reader, application: str) -> Iterator[Mapping[str, Any]]:
    """The deployment groups of an application."""
    named = {"applicationName": application}
    for page in reader.pages(Read("codedeploy", "list_deployment_groups", named)):
        reads = [
            Read("codedeploy", "get_deployment_group", {**named, "deploymentGroupName": name})
            for name in page["deploymentGroups"]
        ]
        yield from (answer["deploymentGroupInfo"] for answer in reader.several(reads) if answer)


def fleet(told: Mapping[str, Any], reader: Reader, deployment: str, used: InUse) -> Facts:
    name, held = told["AutoScalingGroupName"], tags.plain(told.get("Tags"))
    kinds = [instance.get("InstanceType", "") for instance in told.get("Instances", ())]
    return Facts(
        resource=Resource(name, reader.now, tags=held),
        database=False,
        made=told["CreatedTime"],
        cost=money.total(money.hourly(reader.price("ec2", kind)) for kind in kinds),
        size=len(kinds),
        current=name in used.fleets or deployment in used.deployments,
    )


def replaced(database: Database, reader: Reader) -> Facts:
    costs = [databases.hours(reader.price, database), databases.storage(reader.price, database)]
    return Facts(database.resource, True, database.made, money.total(costs))


def judge(facts: Facts, limits: Limits) -> Found | None:
    days = facts.resource.days(facts.made)
    if facts.current or (not facts.database and days < limits.days):
        return None
    detail = _("A blue/green switch-over of RDS replaced it, and it is still there.")
    advice = _("Take a final snapshot, delete the blue/green deployment, then delete the database.")
    if not facts.database:
        told = _("A blue/green deployment made it {days} days ago, and no deployment group has it. Instances: {n}.")
        detail = told.format(days=days, n=facts.size)
        advice = _("Delete the Auto Scaling group when no traffic goes to it any more.")
    return found(
        facts.resource, detail=detail, advice=advice, cost=facts.cost, made=facts.made.isoformat(), size=facts.size
    )


CHECK = Check(
    name="blue-green-leftovers",
    title=gettext_noop("Leftover of a blue/green deployment"),
    summary=gettext_noop("A deployment replaced a fleet or a database and did not delete it."),
    group="cost",
    severity="high",
    limits=Limits,
    gather=gather,
    judge=judge,
    reads=(scaling_groups.GROUPS, APPLICATIONS, databases.ALL),
    permissions=(
        "autoscaling:DescribeAutoScalingGroups",
        "codedeploy:GetDeploymentGroup",
        "codedeploy:ListApplications",
        "codedeploy:ListDeploymentGroups",
        "rds:DescribeDBInstances",
    ),
    guide=__doc__ or "",
)
