"""Health checks that ask for what the targets do not answer: good instances are then replaced or left out.

Found when most targets of a group fail in the same way: an HTTP status other than the matcher's (a wrong path or
matcher), no answer (a wrong port, or a security group that does not let the load balancer in), or a broken one (a wrong
protocol). It holds for EC2 instances and Auto Scaling groups as for ECS. Security groups are compared for targets that
are instances; where they are not known the finding says so.

AWS docs: Health checks for Application Load Balancer target groups (reason codes); Troubleshoot your Application Load
Balancers; Security groups for your Application Load Balancer.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from opsportal.checks import Check, Found, Reader
from opsportal.words import gettext as _
from opsportal.words import gettext_noop
from tasks.sweeps import instances, metrics, security_groups, subnets, target_groups
from tasks.sweeps.resources import found
from tasks.sweeps.target_groups import Target, Watched

FAILING = ("Target.ResponseCodeMismatch", "Target.Timeout", "Target.FailedHealthChecks")


class Limits(BaseModel):
    share: int = Field(
        50,
        ge=1,
        le=100,
        title=gettext_noop("Share of the targets, in %"),
        description=gettext_noop(
            "A target group is found when at least this share of its targets fails in the same way."
        ),
    )


@dataclass(frozen=True)
class Facts:
    """`shut`: ports of targets that no security group opens to the load balancer; None: not known."""

    group: Watched
    at: datetime
    shut: tuple[int, ...] | None = None


@dataclass(frozen=True)
class Surroundings:
    """Load balancers, security groups and the ranges of subnets, by ARN or id; read when the first group needs them."""

    balancers: Mapping[str, Mapping[str, Any]]
    rules: Mapping[str, Mapping[str, Any]]
    cidrs: Mapping[str, str]


def gather(reader: Reader, limits: Limits) -> Iterator[Facts]:
    around: Surroundings | None = None
    for group in target_groups.watched(reader):
        if not group.targets or not failing(group.targets):
            continue
        if group.told.get("TargetType") != "instance":
            yield Facts(group, reader.now)
            continue
        around = around or Surroundings(
            target_groups.balancers(reader), security_groups.listed(reader), subnets.cidrs(reader)
        )
        yield Facts(group, reader.now, shut(group, guards(reader, [target.id for target in group.targets]), around))


def shut(group: Watched, held: Mapping[str, Sequence[str]], around: Surroundings) -> tuple[int, ...] | None:
    """The health ports of instances that are closed to the load balancer; `held`: their security groups."""
    arns = group.told.get("LoadBalancerArns", ())
    balancers = [around.balancers[arn] for arn in arns if arn in around.balancers]
    sources = [each for balancer in balancers for each in balancer.get("SecurityGroups", ())]
    if not sources or not held:
        return None
    networks, closed = target_groups.networks(balancers, around.cidrs), set()
    for target in group.targets or ():
        port = target_groups.health_port(group.told, target.port)
        mine = [around.rules[each] for each in held.get(target.id, ()) if each in around.rules]
        if mine and security_groups.lets_in(mine, port, sources, networks) is False:
            closed.add(port)
    return tuple(sorted(closed))


def guards(reader: Reader, ids: Sequence[str]) -> dict[str, list[str]]:
    """The security groups of these instances; by filter, so that one that is gone is no error."""
    listed = instances.listed(reader, instances.reading(instance_id=sorted(set(ids))))
    return {
        each["InstanceId"]: [group["GroupId"] for group in each.get("SecurityGroups", ())]
        for each in listed
        if each["InstanceId"] in ids
    }


def failing(targets: Sequence[Target]) -> list[Target]:
    return [target for target in targets if target.state == "unhealthy" and target.reason in FAILING]


def judge(facts: Facts, limits: Limits) -> Found | None:
    targets = facts.group.targets or ()
    counted = [target for target in targets if target.state in ("healthy", "unhealthy")]
    reasons = Counter(target.reason for target in failing(targets))
    if not reasons:
        return None
    reason, n = reasons.most_common(1)[0]
    if n * 100 < limits.share * len(counted):
        return None
    example = next(target for target in targets if target.reason == reason)
    what, advice = verdict(facts, example)
    told = facts.group.told
    text = _("{n} of {all} targets fail the health check {check}. {what}")
    return found(
        target_groups.resource(told, facts.at),
        detail=text.format(n=n, all=len(counted), check=asked(told), what=what),
        advice=advice,
        severity="critical" if n == len(counted) else None,
        **evidence(told, reasons, example),
    )


def asked(told: Mapping[str, Any]) -> str:
    """The health check in short: HTTP /health on port 8080."""
    port = told.get("HealthCheckPort", "traffic-port")
    where = _("its own port") if port == "traffic-port" else _("port {port}").format(port=port)
    check = f"{told.get('HealthCheckProtocol', 'HTTP')} {told.get('HealthCheckPath', '')}".strip()
    return _("({check} on {where})").format(check=check, where=where)


def verdict(facts: Facts, example: Target) -> tuple[str, str]:
    """What is wrong by the reason of most targets, and what to do."""
    told = facts.group.told
    if example.reason == "Target.ResponseCodeMismatch":
        codes = ", ".join(re.findall(r"\d{3}", example.description)) or "?"
        wanted = told.get("Matcher", {}).get("HttpCode", "200")
        text = _("They answer {codes}, and {wanted} is wanted.").format(codes=codes, wanted=wanted)
        return text, _("Ask for a path that answers {wanted} without signing in, or widen the matcher.").format(
            wanted=wanted
        )
    if example.reason == "Target.Timeout":
        return silence(facts), _("Open the port to the load balancer's security group, or ask the port that is served.")
    text = _("The connection breaks or the answer can't be read.")
    return text, _("See that the protocol and port of the health check are those the targets speak.")


def silence(facts: Facts) -> str:
    if facts.shut:
        ports = ", ".join(map(str, facts.shut))
        return _("No security group lets the load balancer in to port {ports}.").format(ports=ports)
    if facts.shut is None:
        return _("They do not answer; whether a security group keeps the load balancer out is not known.")
    return _("They do not answer, though the security groups let the load balancer in.")


def evidence(told: Mapping[str, Any], reasons: Mapping[str, int], example: Target) -> dict[str, Any]:
    return {
        "path": told.get("HealthCheckPath", ""),
        "port": told.get("HealthCheckPort", ""),
        "matcher": told.get("Matcher", {}).get("HttpCode", ""),
        "reasons": dict(reasons),
        "example": f"{example.id}:{example.port} {example.description}",
    }


CHECK = Check(
    name="health-check-mismatch",
    title=gettext_noop("Health check asks for the wrong thing"),
    summary=gettext_noop("A health check asks for a path, port or status that the targets do not answer."),
    group="reliability",
    severity="high",
    limits=Limits,
    gather=gather,
    judge=judge,
    reads=(target_groups.GROUPS,),
    permissions=(
        *metrics.PERMISSIONS,
        "ec2:DescribeInstances",
        "ec2:DescribeSecurityGroups",
        "ec2:DescribeSubnets",
        "elasticloadbalancing:DescribeLoadBalancers",
        "elasticloadbalancing:DescribeTargetGroups",
        "elasticloadbalancing:DescribeTargetHealth",
    ),
    guide=__doc__ or "",
)
