"""ECS services whose health check can never pass: a deployment of one waits for hours.

Found before a deployment: a container port that the task definition does not declare; a health check on a fixed port
that no container has; a target group of the wrong target type for the network mode; no security group rule from the
load balancer to the port that is asked. A missing circuit breaker alone is found as low: without one CloudFormation
waits for about three hours. The port of a target group itself does not matter, because ECS registers each task with
the port of its container.

AWS docs: Amazon ECS service load balancing; How the Amazon ECS deployment circuit breaker detects failures; Health
checks for Application Load Balancer target groups; Security groups for your Application Load Balancer.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, Field

from opsportal.checks import Check, Found, Reader
from opsportal.words import gettext as _
from opsportal.words import gettext_noop
from tasks.sweeps import containers, resources, security_groups, subnets, target_groups
from tasks.sweeps.resources import Resource


class Limits(BaseModel):
    breaker: bool = Field(
        True,
        title=gettext_noop("Circuit breaker"),
        description=gettext_noop("Whether a service without a deployment circuit breaker is found."),
    )


@dataclass(frozen=True)
class Way:
    """From a load balancer to a container. `declared`: ports of the task definition. `health`: the port that is asked,
    0: any that the host chooses. `fits`: whether the target type suits the network mode. `open`: whether the security
    groups let the health check in, None: not known."""

    container: str
    port: int
    declared: tuple[int, ...]
    health: int
    fits: bool = True
    open: bool | None = True


@dataclass(frozen=True)
class Facts:
    """`ways` None: the task definition is gone."""

    resource: Resource
    ways: tuple[Way, ...] | None
    breaker: bool


@dataclass(frozen=True)
class Surroundings:
    """Target groups, load balancers, security groups and the ranges of subnets, by ARN or id."""

    groups: Mapping[str, Mapping[str, Any]]
    balancers: Mapping[str, Mapping[str, Any]]
    rules: Mapping[str, Mapping[str, Any]]
    cidrs: Mapping[str, str]


def gather(reader: Reader, limits: Limits) -> Iterator[Facts]:
    around = Surroundings(
        groups={each["TargetGroupArn"]: each for each in target_groups.listed(reader)},
        balancers=target_groups.balancers(reader),
        rules=security_groups.listed(reader),
        cidrs=subnets.cidrs(reader),
    )
    for service, definition in containers.with_definitions(reader):
        breaker = service.get("deploymentConfiguration", {}).get("deploymentCircuitBreaker", {}).get("enable", False)
        rolling = service.get("deploymentController", {}).get("type", "ECS") == "ECS"
        yield Facts(
            resource=containers.resource(service, reader.now),
            ways=ways(service, definition, around) if definition else None,
            breaker=breaker or not rolling,
        )


def ways(service: Mapping[str, Any], definition: Mapping[str, Any], around: Surroundings) -> tuple[Way, ...]:
    """Each load balancer's way whose target group is there."""
    listed = [each for each in service.get("loadBalancers", ()) if each.get("targetGroupArn") in around.groups]
    return tuple(way(each, service, definition, around) for each in listed)


def way(
    told: Mapping[str, Any], service: Mapping[str, Any], definition: Mapping[str, Any], around: Surroundings
) -> Way:
    group, mode = around.groups[told["targetGroupArn"]], definition.get("networkMode", "bridge")
    port = told["containerPort"]
    dynamic = mode == "bridge" and group.get("HealthCheckPort", "traffic-port") == "traffic-port"
    health = 0 if dynamic else target_groups.health_port(group, port)
    declared = containers.ports(definition, told["containerName"])
    fits = (group.get("TargetType") == "ip") == (mode == "awsvpc")
    return Way(told["containerName"], port, declared, health, fits, opened(group, service, health, around))


def opened(group: Mapping[str, Any], service: Mapping[str, Any], port: int, around: Surroundings) -> bool | None:
    """Whether the task's security groups let its load balancers ask this port; None: they are not the task's own."""
    network = service.get("networkConfiguration", {}).get("awsvpcConfiguration", {})
    mine = [around.rules[each] for each in network.get("securityGroups", ()) if each in around.rules]
    balancers = [around.balancers[arn] for arn in group.get("LoadBalancerArns", ()) if arn in around.balancers]
    sources = [each for balancer in balancers for each in balancer.get("SecurityGroups", ())]
    networks = target_groups.networks(balancers, around.cidrs)
    return security_groups.lets_in(mine, port, sources, networks) if mine and sources and port else None


def judge(facts: Facts, limits: Limits) -> Found | None:
    if facts.ways is None:
        text = _("Whether it can become stable is not known: its task definition is gone.")
        return found(facts, [text], _("Deploy the service again with a task definition that is there."), low=True)
    wrong = [fault for way in facts.ways for fault in faults(way)]
    if wrong:
        return found(facts, wrong, _("Mend this before the next deployment: it would wait for hours."))
    if facts.breaker or not limits.breaker:
        return None
    text = _("It has no deployment circuit breaker: CloudFormation waits about 3 h for tasks that never start.")
    return found(facts, [text], _("Enable the deployment circuit breaker with rollback."), low=True)


def faults(way: Way) -> Iterator[str]:
    """What keeps a health check on this way from ever passing."""
    if way.port not in way.declared:
        text = _("Container {name} has no port {port}, to which the load balancer sends.")
        yield text.format(name=way.container, port=way.port)
    if way.health and way.health not in (way.port, *way.declared):
        text = _("The health check asks port {health}, which container {name} does not have.")
        yield text.format(name=way.container, health=way.health)
    if not way.fits:
        yield _("The target group's type does not suit the network mode: awsvpc needs ip, the others instance.")
    if way.open is False:
        text = _("No security group rule lets the load balancer in to port {port}.")
        yield text.format(port=way.health)


def found(facts: Facts, wrong: Sequence[str], advice: str, low: bool = False) -> Found:
    ways = [
        {"container": way.container, "port": way.port, "declared": list(way.declared), "health_port": way.health}
        for way in facts.ways or ()
    ]
    return resources.found(
        facts.resource,
        detail=" ".join(dict.fromkeys(wrong)),
        advice=advice,
        severity="low" if low else None,
        ways=ways,
        circuit_breaker=facts.breaker,
    )


CHECK = Check(
    name="ecs-wont-stabilise",
    title=gettext_noop("ECS service can't become stable"),
    summary=gettext_noop("A port, rule or health check keeps the tasks of a service from ever becoming healthy."),
    group="reliability",
    severity="high",
    limits=Limits,
    gather=gather,
    judge=judge,
    reads=(
        containers.CLUSTERS,
        target_groups.GROUPS,
        target_groups.LOAD_BALANCERS,
        security_groups.GROUPS,
        subnets.SUBNETS,
    ),
    permissions=(
        *containers.PERMISSIONS,
        "ec2:DescribeSecurityGroups",
        "ec2:DescribeSubnets",
        "elasticloadbalancing:DescribeLoadBalancers",
        "elasticloadbalancing:DescribeTargetGroups",
    ),
    guide=__doc__ or "",
)
