"""Groups that replace throttled instances by new ones that are throttled too.

A burstable instance without credits is held at its baseline and answers its health check too late. The group ends it
and launches another, which starts with few credits or none (T3 and later get no launch credits), so the same happens
again. Found when health checks ended several instances whose CPUCreditBalance was empty in the 15 minutes before.

AWS docs: Key concepts for burstable performance instances; Health checks for instances in an Auto Scaling group;
Suspend and resume Amazon EC2 Auto Scaling processes.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import BaseModel, Field

from opsportal.checks import Check, Found, Reader, Severity
from opsportal.words import gettext as _
from opsportal.words import gettext_noop
from tasks.sweeps import activities, burstables, metrics, resources, scaling_groups
from tasks.sweeps.activities import Activity
from tasks.sweeps.metrics import Metric, measured
from tasks.sweeps.resources import Resource
from tasks.sweeps.spans import about

BEFORE = timedelta(minutes=15)


class Limits(BaseModel):
    hours: int = Field(
        24,
        ge=1,
        le=168,
        title=gettext_noop("Hours"),
        description=gettext_noop("The terminations of this many hours count."),
    )
    terminations: int = Field(
        2,
        ge=1,
        le=20,
        title=gettext_noop("Terminations"),
        description=gettext_noop("This many throttled instances ended by health checks make a loop."),
    )
    empty: float = Field(
        1.0,
        ge=0,
        le=50,
        title=gettext_noop("Empty balance, in credits"),
        description=gettext_noop("A balance of this or less counts as empty."),
    )


@dataclass(frozen=True)
class End:
    """An instance that a health check ended; `balance`: its lowest in the 15 minutes before, None: not known."""

    instance: str
    at: datetime
    balance: float | None


@dataclass(frozen=True)
class Facts:
    """`kinds`: the instance types of the group now."""

    resource: Resource
    kinds: tuple[str, ...]
    ends: tuple[End, ...]
    suspended: bool = False


def gather(reader: Reader, limits: Limits) -> Iterator[Facts]:
    done = activities.by_group(reader, limits.hours)
    for group in scaling_groups.listed(reader):
        name = group["AutoScalingGroupName"]
        ended = [each for each in done.get(name, ()) if each.by_health_check]
        kinds = tuple(sorted({each["InstanceType"] for each in group["Instances"] if each.get("InstanceType")}))
        if len(ended) >= limits.terminations:
            yield Facts(
                resource=scaling_groups.resource(group, reader.now),
                kinds=kinds,
                ends=tuple(ends(reader, ended, limits)),
                suspended="ReplaceUnhealthy" in [each["ProcessName"] for each in group.get("SuspendedProcesses", ())],
            )


def ends(reader: Reader, ended: list[Activity], limits: Limits) -> Iterator[End]:
    """Each with the balance it had before."""
    wanted = ((each, (Metric("AWS/EC2", "CPUCreditBalance", {"InstanceId": each.instance}),)) for each in ended)
    for each, (balance,) in measured(reader, wanted, reader.now - timedelta(hours=limits.hours + 1)):
        before = balance.between(each.started - BEFORE, each.started)
        yield End(each.instance, each.started, min(before, default=None))


def judge(facts: Facts, limits: Limits) -> Found | None:
    throttled = [each for each in facts.ends if each.balance is not None and each.balance <= limits.empty]
    if len(throttled) >= limits.terminations:
        return found(facts, loop(facts, len(throttled), limits), advice(facts), None)
    unknown = sum(each.balance is None for each in facts.ends)
    if len(throttled) + unknown < limits.terminations or not any(map(burstables.burst, facts.kinds)):
        return None
    text = _(
        "Health checks ended {n} instances in {span}. Whether they were throttled is not known: CloudWatch has no "
        "credits of {unknown} of them."
    )
    detail = text.format(n=len(facts.ends), span=about(limits.hours), unknown=unknown)
    return found(facts, detail, _("Look at the credits of the instances that run now."), "low")


def loop(facts: Facts, throttled: int, limits: Limits) -> str:
    text = _("Health checks ended {n} instances without CPU credits in {span}; those that follow start without any.")
    detail, suspended = text.format(n=throttled, span=about(limits.hours)), _("Replacing is suspended now.")
    return f"{detail} {suspended}" if facts.suspended else detail


def advice(facts: Facts) -> str:
    kinds = ", ".join(facts.kinds) or _("the type")
    return _(
        "Suspend ReplaceUnhealthy for an hour so that instances stay and earn credits, then resume it. For good, take "
        "a larger type than {kinds}, or one that is not burstable."
    ).format(kinds=kinds)


def found(facts: Facts, detail: str, advice: str, severity: Severity | None) -> Found:
    ends = [{"instance": each.instance, "at": each.at.isoformat(), "balance": each.balance} for each in facts.ends]
    return resources.found(
        facts.resource, detail=detail, advice=advice, severity=severity, types=list(facts.kinds), ended=ends[:20]
    )


CHECK = Check(
    name="throttle-recycle",
    title=gettext_noop("Throttled instances are replaced by throttled ones"),
    summary=gettext_noop("Health checks end instances without CPU credits again and again."),
    group="reliability",
    severity="critical",
    limits=Limits,
    gather=gather,
    judge=judge,
    reads=(scaling_groups.GROUPS,),
    permissions=(
        "autoscaling:DescribeAutoScalingGroups",
        "autoscaling:DescribeScalingActivities",
        *metrics.PERMISSIONS,
    ),
    guide=__doc__ or "",
)
