"""Finds running instances that do next to nothing.

The rule is that of AWS Compute Optimizer: for 14 days the CPU's highest value was below 5 % and less than 5 MB a day
went over the network. An instance that has not run for the whole time, or without figures, is not judged. Of an Auto
Scaling group the group has to change, not the instance.

AWS docs: AWS Compute Optimizer User Guide, Idle resource recommendations; Amazon EC2 User Guide, CloudWatch metrics
that are available for your instances.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pydantic import BaseModel, Field

from opsportal.checks import Check, Found, Reader
from opsportal.words import gettext as _
from opsportal.words import gettext_noop
from tasks.sweeps import instances, metrics
from tasks.sweeps.instances import Instance
from tasks.sweeps.metrics import DAY, Metric, Statistic, complete, midnight
from tasks.sweeps.money import Cost
from tasks.sweeps.resources import MB, found


class Limits(BaseModel):
    days: int = Field(
        14,
        ge=2,
        le=63,
        title=gettext_noop("Days"),
        description=gettext_noop("An instance is found when it was idle for this long."),
    )
    cpu: float = Field(
        5,
        gt=0,
        le=100,
        title=gettext_noop("CPU, in %"),
        description=gettext_noop("Its highest CPU stayed below this."),
    )
    network: float = Field(
        5,
        gt=0,
        le=100_000,
        title=gettext_noop("Network, in MB a day"),
        description=gettext_noop("Its traffic in and out stayed below this on every day."),
    )


@dataclass(frozen=True)
class Facts:
    """Highest values of the days: `cpu` in %, `network` in MB a day; None: not measured for the whole time."""

    instance: Instance
    cost: Cost
    cpu: float | None
    network: float | None


def gather(reader: Reader, limits: Limits) -> Iterator[Facts]:
    running = (each for each in instances.instances(reader, instances.RUNNING) if each.state == "running")
    wanted = ((each, idleness(each)) for each in running)
    for instance, series in complete(reader, wanted, midnight(reader.now, limits.days)):
        known = all(each.covers(limits.days) for each in series)
        cpu, incoming, outgoing = (each.values for each in series)
        network = max(map(sum, zip(incoming, outgoing, strict=False))) / MB if known else None
        yield Facts(instance, instances.cost(reader.price, instance), max(cpu) if known else None, network)


def idleness(instance: Instance) -> Sequence[Metric]:
    wanted: Mapping[str, Statistic] = {"CPUUtilization": "Maximum", "NetworkIn": "Sum", "NetworkOut": "Sum"}
    place = {"InstanceId": instance.resource.id}
    return [Metric("AWS/EC2", name, place, statistic, DAY) for name, statistic in wanted.items()]


def judge(facts: Facts, limits: Limits) -> Found | None:
    instance, cpu, network = facts.instance, facts.cpu, facts.network
    if instance.state != "running" or instance.resource.days(instance.launched) < limits.days:
        return None
    if cpu is None or network is None or cpu >= limits.cpu or network >= limits.network:
        return None
    told = _("In {days} days it used at most {cpu} % CPU and {network} MB of network a day ({kind}).")
    advice = _("Stop it, and terminate it when nobody misses it.")
    if instance.group:
        advice = _("Make the Auto Scaling group {group} smaller.").format(group=instance.group)
    return found(
        instance.resource,
        detail=told.format(cpu=f"{cpu:.1f}", network=f"{network:.1f}", days=limits.days, kind=instance.kind),
        advice=advice,
        cost=facts.cost,
        kind=instance.kind,
        cpu_percent=round(cpu, 2),
        network_mb_a_day=round(network, 2),
        days=limits.days,
    )


CHECK = Check(
    name="ec2-idle",
    title=gettext_noop("Idle instance"),
    summary=gettext_noop("An instance runs with hardly any CPU or network traffic."),
    group="cost",
    severity="medium",
    limits=Limits,
    gather=gather,
    judge=judge,
    reads=(instances.RUNNING,),
    permissions=("ec2:DescribeInstances", *metrics.PERMISSIONS),
    guide=__doc__ or "",
)
