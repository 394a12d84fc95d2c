"""Groups whose health checks count before an instance can be ready: it is ended while it still starts.

The grace period begins when an instance is InService. AWS keeps no time of the first health check that an instance
answered, so its start is known by the launch activities: the 95th percentile of their seconds until InService. To that
come the seconds the load balancer needs to find it healthy: interval × healthy threshold. A group without such
activities in the days read is judged by the load balancer's seconds alone; whether its grace is enough is then said not
to be known, unless it is long. Only groups with ELB health checks are judged.

AWS docs: Set the health check grace period for an Auto Scaling group (0 by API, 300 s in the console); Amazon EC2 Auto
Scaling lifecycle hooks; Health checks for Application Load Balancer target groups.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, Field

from opsportal.checks import Check, Found, Read, Reader, Severity
from opsportal.words import gettext as _
from opsportal.words import gettext_noop
from tasks.sweeps import activities, resources, scaling_groups, target_groups
from tasks.sweeps.activities import Activity
from tasks.sweeps.resources import Resource

LAUNCHING = "autoscaling:EC2_INSTANCE_LAUNCHING"


class Limits(BaseModel):
    days: int = Field(
        7, ge=1, le=42, title=gettext_noop("Days"), description=gettext_noop("The launches of this many days count.")
    )
    long_enough: int = Field(
        300,
        ge=0,
        le=7200,
        title=gettext_noop("Long enough, in seconds"),
        description=gettext_noop(
            "A grace period of this or more is trusted where no launch shows how long a start takes."
        ),
    )


@dataclass(frozen=True)
class Facts:
    """`grace` in seconds. `boots`: seconds of each launch until InService. `check`: the seconds the slowest load
    balancer needs to find a target healthy. `hook`: whether a lifecycle hook waits at launch."""

    resource: Resource
    grace: int
    boots: tuple[float, ...]
    check: int
    hook: bool


def gather(reader: Reader, limits: Limits) -> Iterator[Facts]:
    done = activities.by_group(reader, limits.days * 24)
    checks = {each["TargetGroupArn"]: target_groups.seconds_to_healthy(each) for each in target_groups.listed(reader)}
    groups = [each for each in scaling_groups.listed(reader) if "ELB" in each["HealthCheckType"].split(",")]
    for group, hook in zip(groups, hooks(reader, groups), strict=True):
        yield Facts(
            resource=scaling_groups.resource(group, reader.now),
            grace=group.get("HealthCheckGracePeriod", 0),
            boots=boots(done.get(group["AutoScalingGroupName"], [])),
            check=max((checks.get(arn, 0) for arn in group.get("TargetGroupARNs", ())), default=0),
            hook=hook,
        )


def hooks(reader: Reader, groups: list[dict[str, Any]]) -> Iterator[bool]:
    """Whether a hook waits at each group's launches."""
    names = [each["AutoScalingGroupName"] for each in groups]
    reads = [Read("autoscaling", "describe_lifecycle_hooks", {"AutoScalingGroupName": name}) for name in names]
    for answer in reader.several(reads):
        yield any(each["LifecycleTransition"] == LAUNCHING for each in (answer or {}).get("LifecycleHooks", ()))


def boots(done: list[Activity]) -> tuple[float, ...]:
    return tuple(
        (each.ended - each.started).total_seconds()
        for each in done
        if each.kind == "launch" and each.ended and each.status == "Successful"
    )


def p95(values: tuple[float, ...]) -> float:
    """The 95th percentile by nearest rank; 0 of nothing."""
    return sorted(values)[max(0, -(-len(values) * 95 // 100) - 1)] if values else 0.0


def judge(facts: Facts, limits: Limits) -> Found | None:
    if facts.grace == 0 and not facts.hook:
        text = _("The grace period is 0 s and no lifecycle hook waits: health checks count while an instance starts.")
        return found(facts, text)
    boot = p95(facts.boots)
    need = boot + facts.check
    if facts.grace < need and not (facts.hook and facts.grace >= facts.check):
        return found(facts, too_short(facts, boot))
    if facts.boots or facts.hook or facts.grace >= limits.long_enough:
        return None
    text = _("Whether {grace} s of grace are enough is not known: no instance was launched in {days} days.")
    return found(facts, text.format(grace=facts.grace, days=limits.days), "low")


def too_short(facts: Facts, boot: float) -> str:
    text = _("The grace period is {grace} s, but {n} launches took {boot} s (p95) and the health check {check} s more.")
    if not facts.boots:
        text = _("The grace period is {grace} s, but the health check alone takes {check} s.")
    return text.format(grace=facts.grace, n=len(facts.boots), boot=round(boot), check=facts.check)


def found(facts: Facts, detail: str, severity: Severity | None = None) -> Found:
    boot = round(p95(facts.boots))
    wanted = max(300, -(-round((boot + facts.check) * 1.5) // 30) * 30)
    text = _("Set the grace period to {n} s, or let a lifecycle hook end the launch when the instance is ready.")
    return resources.found(
        facts.resource,
        detail=detail,
        advice=text.format(n=wanted),
        severity=severity,
        grace_seconds=facts.grace,
        boot_p95_seconds=boot,
        launches=len(facts.boots),
        health_check_seconds=facts.check,
        launch_hook=facts.hook,
    )


CHECK = Check(
    name="grace-too-short",
    title=gettext_noop("Grace period too short"),
    summary=gettext_noop("Health checks count before an instance can have started."),
    group="reliability",
    severity="high",
    limits=Limits,
    gather=gather,
    judge=judge,
    reads=(scaling_groups.GROUPS, target_groups.GROUPS),
    permissions=(
        "autoscaling:DescribeAutoScalingGroups",
        "autoscaling:DescribeLifecycleHooks",
        "autoscaling:DescribeScalingActivities",
        "elasticloadbalancing:DescribeTargetGroups",
    ),
    guide=__doc__ or "",
)
