"""Fleets, databases and load balancers that tell nobody when they are in trouble.

An alarm counts when it has an action that may reach a person. Wanted are: for an Auto Scaling group, CPU at or below
the limit (80 %), memory and disk from the CloudWatch agent; for a database, CPU and free storage; for a load balancer,
its healthy or unhealthy hosts. An alarm on CPU that only fires above the limit comes too late and does not count.

AWS docs: Using Amazon CloudWatch alarms; Metrics collected by the CloudWatch agent; Amazon CloudWatch metrics for
Amazon RDS; CloudWatch metrics for your Application Load Balancer.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, Field

from opsportal.checks import Check, Found, Reader
from opsportal.words import gettext as _
from opsportal.words import gettext_noop
from tasks.sweeps import alarms, databases, scaling_groups, tags, target_groups
from tasks.sweeps.alarms import Watch
from tasks.sweeps.resources import Resource, found

Kind = Literal["fleet", "database", "balancer"]
CPU = ("CPUUtilization",)
HOSTS = ("HealthyHostCount", "UnHealthyHostCount")
MEMORY = ("mem_used_percent", "mem_available_percent", "Memory % Committed Bytes In Use")
DISK = ("disk_used_percent", "disk_free", "LogicalDisk % Free Space")
STORAGE = ("FreeStorageSpace",)


class Limits(BaseModel):
    cpu: int = Field(
        80,
        ge=10,
        le=100,
        title=gettext_noop("CPU, in %"),
        description=gettext_noop("An alarm on CPU has to fire at this value or below."),
    )
    agent: bool = Field(
        True,
        title=gettext_noop("Memory and disk of fleets"),
        description=gettext_noop("Whether alarms on memory and disk are wanted; they need the CloudWatch agent."),
    )


@dataclass(frozen=True)
class Facts:
    """`watches`: the alarms with an action on this resource."""

    kind: Kind
    resource: Resource
    watches: tuple[Watch, ...]


def gather(reader: Reader, limits: Limits) -> Iterator[Facts]:
    by_value: dict[str, list[Watch]] = {}
    for alarm in alarms.listed(reader):
        for watch in alarms.watches(alarm):
            for value in watch.dimensions.values():
                by_value.setdefault(value, []).append(watch)
    for group in scaling_groups.listed(reader):
        fleet = scaling_groups.resource(group, reader.now)
        yield Facts("fleet", fleet, of(by_value, fleet.name))
    for each in databases.listed(reader):
        name, held = each["DBInstanceIdentifier"], tags.plain(each.get("TagList"))
        yield Facts("database", Resource(each["DBInstanceArn"], reader.now, name, held), of(by_value, name))
    for arn, balancer in target_groups.balancers(reader).items():
        key = arn.rpartition(":loadbalancer/")[2]
        yield Facts("balancer", Resource(arn, reader.now, balancer["LoadBalancerName"]), of(by_value, key))


def of(by_value: Mapping[str, Sequence[Watch]], key: str) -> tuple[Watch, ...]:
    return tuple(by_value.get(key, ()))


def judge(facts: Facts, limits: Limits) -> Found | None:
    lacking = missing(facts, limits)
    if not lacking:
        return None
    text = _("No alarm that tells anybody watches: {what}.")
    return found(
        facts.resource,
        detail=text.format(what=", ".join(lacking)),
        advice=_("Add alarms on these with an SNS topic that somebody reads as their action."),
        kind=facts.kind,
        alarms=sorted({watch.alarm for watch in facts.watches})[:20],
    )


def missing(facts: Facts, limits: Limits) -> list[str]:
    """What nobody is told of."""
    cpu = [watch for watch in facts.watches if watch.metric in CPU and in_time(watch, limits.cpu)]
    early = [] if cpu else [_("CPU at {n} %").format(n=limits.cpu)]
    watched = {watch.metric for watch in facts.watches}
    rest = [what for what, metrics in wanted(facts.kind, limits) if not watched & set(metrics)]
    return rest if facts.kind == "balancer" else early + rest


def wanted(kind: Kind, limits: Limits) -> list[tuple[str, tuple[str, ...]]]:
    """What else has to be watched, and by one of which metrics."""
    if kind == "fleet":
        return [(_("memory"), MEMORY), (_("disk space"), DISK)] if limits.agent else []
    return [(_("free storage"), STORAGE)] if kind == "database" else [(_("healthy hosts"), HOSTS)]


def in_time(watch: Watch, limit: float) -> bool:
    """Whether it fires at this value; of a band or an expression that is not known, and it counts."""
    return watch.threshold is None or (watch.above and watch.threshold <= limit)


CHECK = Check(
    name="alarm-missing",
    title=gettext_noop("Alarm missing"),
    summary=gettext_noop("A fleet, database or load balancer tells nobody when it is in trouble."),
    group="reliability",
    severity="medium",
    limits=Limits,
    gather=gather,
    judge=judge,
    reads=(alarms.ALARMS, scaling_groups.GROUPS, databases.ALL, target_groups.LOAD_BALANCERS),
    permissions=(
        "autoscaling:DescribeAutoScalingGroups",
        "cloudwatch:DescribeAlarms",
        "elasticloadbalancing:DescribeLoadBalancers",
        "rds:DescribeDBInstances",
    ),
    guide=__doc__ or "",
)
