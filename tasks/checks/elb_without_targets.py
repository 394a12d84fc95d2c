"""Finds load balancers that have no targets to send anything to.

An Application Load Balancer that listens without any target group redirects or answers by itself: it is in use. One
whose target groups are all empty is not, though it may redirect to its own other port. Registered targets count
whether healthy or not. Classic load balancers are asked for their instances.

AWS docs: Elastic Load Balancing, Target groups for your Application Load Balancers; Elastic Load Balancing pricing.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from opsportal.checks import Check, Found, Read, Reader
from opsportal.words import gettext as _
from opsportal.words import gettext_noop, ngettext
from tasks.sweeps import money, tags
from tasks.sweeps.money import Cost
from tasks.sweeps.resources import Resource, found

BALANCERS = Read("elbv2", "describe_load_balancers")
GROUPS = Read("elbv2", "describe_target_groups")
CLASSIC = Read("elb", "describe_load_balancers")
KIND = "elasticloadbalancing:loadbalancer"
ITEMS = {"application": "alb.hour", "network": "nlb.hour", "gateway": "gwlb.hour", "classic": "clb.hour"}


class Limits(BaseModel):
    days: int = Field(
        7,
        ge=2,
        le=3650,
        title=gettext_noop("Days"),
        description=gettext_noop("Load balancers made later than so many days ago are left alone."),
    )


@dataclass(frozen=True)
class Facts:
    """`groups`: of targets that it sends to. `answers`: it has none and redirects or answers by itself."""

    resource: Resource
    cost: Cost
    kind: str
    made: datetime
    targets: int
    groups: int = 0
    answers: bool = False


def gather(reader: Reader, limits: Limits) -> Iterator[Facts]:
    held = tags.of_kind(reader, KIND)
    groups = by_balancer(reader)
    for page in reader.pages(BALANCERS):
        for told in page["LoadBalancers"]:
            yield newer(told, reader, groups.get(told["LoadBalancerArn"], []), held)
    for page in reader.pages(CLASSIC):
        yield from (classic(told, reader, held) for told in page["LoadBalancerDescriptions"])


def by_balancer(reader: Reader) -> dict[str, list[int]]:
    """How many targets each target group of a load balancer has, by the load balancer's ARN."""
    found: dict[str, list[int]] = {}
    for page in reader.pages(GROUPS):
        groups = [group for group in page["TargetGroups"] if group.get("LoadBalancerArns")]
        reads = [Read("elbv2", "describe_target_health", {"TargetGroupArn": each["TargetGroupArn"]}) for each in groups]
        for group, answer in zip(groups, reader.several(reads), strict=True):
            for balancer in group["LoadBalancerArns"]:
                found.setdefault(balancer, []).append(len((answer or {}).get("TargetHealthDescriptions", ())))
    return found


def newer(told: Mapping[str, Any], reader: Reader, groups: list[int], held: Mapping[str, dict[str, str]]) -> Facts:
    arn, kind = told["LoadBalancerArn"], told["Type"]
    return Facts(
        resource=Resource(arn, reader.now, told["LoadBalancerName"], held.get(arn, {})),
        cost=cost(reader, kind),
        kind=kind,
        made=told["CreatedTime"],
        targets=sum(groups),
        groups=len(groups),
        answers=kind == "application" and not groups and answers(reader, arn),
    )


def answers(reader: Reader, arn: str) -> bool:
    """Whether it listens. Without a target group its rules can only redirect or answer by themselves."""
    listeners = reader.pages(Read("elbv2", "describe_listeners", {"LoadBalancerArn": arn}))
    return any(page["Listeners"] for page in listeners)


def classic(told: Mapping[str, Any], reader: Reader, held: Mapping[str, dict[str, str]]) -> Facts:
    name = told["LoadBalancerName"]
    mine = next((found for arn, found in held.items() if arn.endswith(f":loadbalancer/{name}")), {})
    resource = Resource(name, reader.now, tags=mine)
    return Facts(resource, cost(reader, "classic"), "classic", told["CreatedTime"], len(told["Instances"]))


def cost(reader: Reader, kind: str) -> Cost:
    """Its hours: without targets there are no capacity units."""
    return money.hourly(reader.price("elb", ITEMS[kind])) if kind in ITEMS else Cost()


def judge(facts: Facts, limits: Limits) -> Found | None:
    days = facts.resource.days(facts.made)
    if facts.targets or facts.answers or days < limits.days:
        return None
    told = ngettext(
        "No targets to send anything to, in {groups} target group; made {days} days ago.",
        "No targets to send anything to, in {groups} target groups; made {days} days ago.",
        facts.groups,
    )
    if not facts.groups:
        told = _("Nothing to send anything to; made {days} days ago.")
    return found(
        facts.resource,
        detail=told.format(days=days, groups=facts.groups),
        advice=_("Delete it, unless its rules redirect elsewhere, or register the targets it is meant for."),
        cost=facts.cost,
        kind=facts.kind,
        target_groups=facts.groups,
        made=facts.made.isoformat(),
    )


CHECK = Check(
    name="elb-without-targets",
    title=gettext_noop("Load balancers without targets"),
    summary=gettext_noop("Load balancers that have nothing to send requests to."),
    group="cost",
    severity="medium",
    limits=Limits,
    gather=gather,
    judge=judge,
    reads=(BALANCERS, GROUPS, CLASSIC, tags.reading(KIND)),
    permissions=(
        "elasticloadbalancing:DescribeListeners",
        "elasticloadbalancing:DescribeLoadBalancers",
        "elasticloadbalancing:DescribeTargetGroups",
        "elasticloadbalancing:DescribeTargetHealth",
        *tags.PERMISSIONS,
    ),
    guide=__doc__ or "",
)
