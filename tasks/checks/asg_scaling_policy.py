"""Groups that can't grow when they have to, or grow and shrink by turns.

Found: no scaling policy where the group has room to move; a desired capacity at the maximum; thresholds of scaling out
and in on the same metric that lie too close together (70 and 30 are fine); and, as seen in the activities, policies
that changed their direction again and again. A group of fixed size (minimum = maximum) is left alone when it has no
policy: somebody meant it so.

AWS docs: Step and simple scaling policies for Amazon EC2 Auto Scaling; Target tracking scaling policies; Set scaling
limits for your Auto Scaling group.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, Field

from opsportal.checks import Check, Found, Read, Reader
from opsportal.words import gettext as _
from opsportal.words import gettext_noop
from tasks.sweeps import activities, alarms, scaling_groups
from tasks.sweeps.resources import Resource, found
from tasks.sweeps.spans import about

POLICIES = Read("autoscaling", "describe_policies")


class Limits(BaseModel):
    gap: float = Field(
        20,
        ge=1,
        le=90,
        title=gettext_noop("Gap between out and in"),
        description=gettext_noop("Thresholds of scaling out and in have to lie this many points apart."),
    )
    turns: int = Field(
        4,
        ge=2,
        le=50,
        title=gettext_noop("Changes of direction"),
        description=gettext_noop("A group is found when it changed between growing and shrinking this often."),
    )
    hours: int = Field(
        6,
        ge=1,
        le=168,
        title=gettext_noop("Hours"),
        description=gettext_noop("Changes of direction within this many hours count."),
    )


@dataclass(frozen=True)
class Threshold:
    """Where a simple or step policy moves the group: out or in, above this value of the metric or below it."""

    metric: str
    out: bool
    above: bool
    at: float


@dataclass(frozen=True)
class Facts:
    """`policies`: names of the enabled ones. `turns`: how often they changed direction."""

    resource: Resource
    least: int
    most: int
    desired: int
    policies: tuple[str, ...] = ()
    thresholds: tuple[Threshold, ...] = ()
    turns: int = 0


def gather(reader: Reader, limits: Limits) -> Iterator[Facts]:
    policies: dict[str, list[dict[str, Any]]] = {}
    for page in reader.pages(POLICIES):
        for policy in page["ScalingPolicies"]:
            if policy.get("Enabled", True):
                policies.setdefault(policy["AutoScalingGroupName"], []).append(policy)
    known = {alarm["AlarmName"]: alarm for alarm in alarms.listed(reader)}
    done = activities.by_group(reader, limits.hours)
    for group in scaling_groups.listed(reader):
        name = group["AutoScalingGroupName"]
        mine = policies.get(name, [])
        yield Facts(
            resource=scaling_groups.resource(group, reader.now),
            least=group["MinSize"],
            most=group["MaxSize"],
            desired=group["DesiredCapacity"],
            policies=tuple(policy["PolicyName"] for policy in mine),
            thresholds=tuple(each for policy in mine for each in thresholds(policy, known)),
            turns=activities.turns(done.get(name, [])),
        )


def thresholds(policy: Mapping[str, Any], known: Mapping[str, Mapping[str, Any]]) -> Iterator[Threshold]:
    """Of a simple or step policy; target tracking keeps its own apart."""
    if policy.get("PolicyType") not in ("SimpleScaling", "StepScaling"):
        return
    steps = [each["ScalingAdjustment"] for each in policy.get("StepAdjustments", ())]
    moves = steps or [policy.get("ScalingAdjustment", 0)]
    if policy.get("AdjustmentType") == "ExactCapacity" or not any(moves):
        return
    for each in policy.get("Alarms", ()):
        alarm = known.get(each["AlarmName"])
        if alarm and alarm.get("MetricName") and alarm.get("Threshold") is not None:
            above = alarm["ComparisonOperator"].startswith("Greater")
            yield Threshold(alarm["MetricName"], sum(moves) > 0, above, alarm["Threshold"])


def judge(facts: Facts, limits: Limits) -> Found | None:
    wrong = list(faults(facts, limits))
    if not wrong:
        return None
    detail, advice = (" ".join(parts) for parts in zip(*wrong, strict=True))
    return found(
        facts.resource,
        detail=detail,
        advice=advice,
        size={"min": facts.least, "max": facts.most, "desired": facts.desired},
        policies=list(facts.policies),
        turns=facts.turns,
    )


def faults(facts: Facts, limits: Limits) -> Iterator[tuple[str, str]]:
    """What is wrong, and what to do about it."""
    if not facts.policies and facts.most > facts.least:
        text = _("No scaling policy moves it between {least} and {most} instances.")
        yield text.format(least=facts.least, most=facts.most), _("Add target tracking on CPU at 50 to 70 %.")
    if facts.desired >= facts.most > 0 and (facts.policies or facts.most > facts.least):
        text = _("It is at its maximum of {n} and can't grow.")
        yield text.format(n=facts.most), _("Raise the maximum, or see why it needs so many.")
    for metric, out, into in close(facts.thresholds, limits.gap):
        text = _("On {metric} it grows at {out} and shrinks at {into}: less than {gap} points apart.")
        figures = {"out": f"{out:g}", "into": f"{into:g}", "gap": f"{limits.gap:g}"}
        yield text.format(metric=metric, **figures), _("Set them apart, such as 70 and 30.")
    if facts.turns >= limits.turns:
        text = _("It changed between growing and shrinking {n} times in {span}.")
        yield text.format(n=facts.turns, span=about(limits.hours)), _("Scale in later and by less at a time.")


def close(thresholds: Sequence[Threshold], gap: float) -> Iterator[tuple[str, float, float]]:
    """Metric, threshold out, threshold in of pairs that are closer than the gap, or overlap."""
    for out in (each for each in thresholds if each.out):
        for into in (each for each in thresholds if not each.out and each.metric == out.metric):
            if out.above != into.above and (out.at - into.at) * (1 if out.above else -1) < gap:
                yield out.metric, out.at, into.at


CHECK = Check(
    name="asg-scaling-policy",
    title=gettext_noop("Group can't grow, or flaps"),
    summary=gettext_noop("A group has no scaling policy or no room to grow, or its thresholds are too close together."),
    group="reliability",
    severity="medium",
    limits=Limits,
    gather=gather,
    judge=judge,
    reads=(scaling_groups.GROUPS, POLICIES, alarms.ALARMS),
    permissions=(
        "autoscaling:DescribeAutoScalingGroups",
        "autoscaling:DescribePolicies",
        "autoscaling:DescribeScalingActivities",
        "cloudwatch:DescribeAlarms",
    ),
    guide=__doc__ or "",
)
