"""Target groups of load balancers, how their health checks work, and what their targets answer.

AWS docs: Health checks for Application Load Balancer target groups; CloudWatch metrics for your Application Load
Balancer.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from opsportal.checks import Read, Reader

from .metrics import MINUTE, Metric, Series, measured
from .resources import Resource

GROUPS = Read("elbv2", "describe_target_groups")
LOAD_BALANCERS = Read("elbv2", "describe_load_balancers")
NAMESPACES = {"app": "AWS/ApplicationELB", "net": "AWS/NetworkELB"}
RECENT = timedelta(minutes=10)


@dataclass(frozen=True)
class Target:
    """One target as the load balancer sees it; `reason` is AWS's code, such as Target.Timeout."""

    id: str
    port: int
    state: str
    reason: str = ""
    description: str = ""


@dataclass(frozen=True)
class Watched:
    """A target group in use: what DescribeTargetGroups tells, its unhealthy targets by minute, and its targets.

    `unhealthy`: the fewest of each minute. `targets` None: not asked for, because no minute had an unhealthy one.
    """

    told: Mapping[str, Any]
    unhealthy: Series
    targets: tuple[Target, ...] | None = None


def listed(reader: Reader) -> Iterator[dict[str, Any]]:
    for page in reader.pages(GROUPS):
        yield from page["TargetGroups"]


def resource(told: Mapping[str, Any], now: datetime) -> Resource:
    return Resource(told["TargetGroupArn"], now, told["TargetGroupName"])


def seconds_to_healthy(told: Mapping[str, Any]) -> int:
    """How long a target has to answer before it is healthy again: interval × healthy threshold."""
    return int(told.get("HealthCheckIntervalSeconds", 30)) * int(told.get("HealthyThresholdCount", 5))


def watched(reader: Reader) -> Iterator[Watched]:
    """The groups behind load balancers; only where a target may be unhealthy are targets read."""
    used = ((each, (unhealthy(each),)) for each in listed(reader) if each.get("LoadBalancerArns"))
    ill: list[Watched] = []
    for told, (series,) in measured(reader, used, reader.now - RECENT):
        if series.values and max(series.values) == 0:
            yield Watched(told, series)
        else:
            ill.append(Watched(told, series))
    for each, targets in zip(ill, healths(reader, [each.told for each in ill]), strict=True):
        yield Watched(each.told, each.unhealthy, targets)


def unhealthy(told: Mapping[str, Any]) -> Metric:
    """UnHealthyHostCount of a group and its first load balancer, the fewest of each minute."""
    balancer = told["LoadBalancerArns"][0].rpartition(":loadbalancer/")[2]
    place = {"TargetGroup": told["TargetGroupArn"].rpartition(":")[2], "LoadBalancer": balancer}
    namespace = NAMESPACES.get(balancer.partition("/")[0], "AWS/GatewayELB")
    return Metric(namespace, "UnHealthyHostCount", place, "Minimum", MINUTE)


def healths(reader: Reader, groups: Sequence[Mapping[str, Any]]) -> Iterator[tuple[Target, ...]]:
    """The targets of each of these; none where it is gone."""
    arns = [each["TargetGroupArn"] for each in groups]
    reads = [Read("elbv2", "describe_target_health", {"TargetGroupArn": arn}) for arn in arns]
    for answer in reader.several(reads):
        yield tuple(target(each) for each in (answer or {}).get("TargetHealthDescriptions", ()))


def target(told: Mapping[str, Any]) -> Target:
    which, health = told["Target"], told["TargetHealth"]
    words = health.get("Reason", ""), health.get("Description", "")
    return Target(which["Id"], which.get("Port", 0), health["State"], *words)


def balancers(reader: Reader) -> dict[str, dict[str, Any]]:
    """Load balancers by ARN."""
    return {each["LoadBalancerArn"]: each for page in reader.pages(LOAD_BALANCERS) for each in page["LoadBalancers"]}


def networks(balancers: Sequence[Mapping[str, Any]], cidrs: Mapping[str, str]) -> list[str]:
    """The ranges of the subnets that these load balancers stand in."""
    zones = [zone for balancer in balancers for zone in balancer.get("AvailabilityZones", ())]
    return [cidrs[zone["SubnetId"]] for zone in zones if zone.get("SubnetId") in cidrs]


def health_port(told: Mapping[str, Any], target_port: int) -> int:
    """The port that the health check asks: the target's own, or a fixed one."""
    port = told.get("HealthCheckPort", "traffic-port")
    return target_port if port == "traffic-port" else int(port)
