"""Finds volumes whose bought IOPS are far above what their busiest hour used.

Judged are io1, io2, and gp3 volumes above their free 3,000. The busiest hour is an average over that hour: bursts of
minutes are higher, which is what the headroom is for. A volume without figures for the whole time is not judged: it
is new, or its instance was stopped.

AWS docs: Amazon EBS User Guide, Amazon CloudWatch metrics for Amazon EBS; Provisioned IOPS SSD volumes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil

from pydantic import BaseModel, Field

from opsportal.checks import Check, Found, Reader
from opsportal.words import gettext as _
from opsportal.words import gettext_noop
from tasks.sweeps import metrics, money, volumes
from tasks.sweeps.metrics import HOUR, Metric, Series, complete, midnight
from tasks.sweeps.money import Cost
from tasks.sweeps.resources import found
from tasks.sweeps.volumes import Volume

FREE = {"gp3": 3_000, "io1": 100, "io2": 100}  # IOPS that a volume has at least
PROVISIONED = volumes.reading(volume_type=list(FREE))


class Limits(BaseModel):
    days: int = Field(
        14,
        ge=2,
        le=63,
        title=gettext_noop("Days"),
        description=gettext_noop("The busiest hour of this many days counts."),
    )
    percent: int = Field(
        50,
        ge=1,
        le=90,
        title=gettext_noop("Used, in %"),
        description=gettext_noop("A volume is found when its busiest hour used less of its IOPS than this."),
    )
    headroom: int = Field(
        50,
        ge=0,
        le=500,
        title=gettext_noop("Headroom, in %"),
        description=gettext_noop("The advice leaves this much above the busiest hour."),
    )


@dataclass(frozen=True)
class Facts:
    """`busiest`: IOPS of the busiest hour; None: not measured for the whole time. `saved`: with `enough` IOPS."""

    volume: Volume
    busiest: float | None
    enough: int
    saved: Cost


def gather(reader: Reader, limits: Limits) -> Iterator[Facts]:
    bought = (each for each in volumes.volumes(reader, PROVISIONED) if each.iops > FREE.get(each.kind, each.iops))
    wanted = ((volume, operations(volume)) for volume in bought)
    for volume, (reads, writes) in complete(reader, wanted, midnight(reader.now, limits.days)):
        busiest = peak(reads, writes, limits.days)
        enough = needed(volume, busiest or 0, limits)
        then = money.volume(reader.price, volume.kind, volume.gib, enough, volume.throughput)
        yield Facts(volume, busiest, enough, money.saving(volumes.cost(reader.price, volume), then))


def operations(volume: Volume) -> Sequence[Metric]:
    place = {"VolumeId": volume.resource.id}
    return [Metric("AWS/EBS", name, place, "Sum", HOUR) for name in ("VolumeReadOps", "VolumeWriteOps")]


def peak(reads: Series, writes: Series, days: int) -> float | None:
    """Operations a second in the busiest hour. Both are reported together, so their hours are the same."""
    if reads.times != writes.times or not reads.covers(days * 24):
        return None
    return max(map(sum, zip(reads.values, writes.values, strict=True))) / HOUR


def needed(volume: Volume, busiest: float, limits: Limits) -> int:
    """IOPS to provide: the busiest hour with headroom, in hundreds, within what the type has."""
    hundreds = ceil(busiest * (1 + limits.headroom / 100) / 100) * 100
    return min(volume.iops, max(FREE.get(volume.kind, 0), hundreds))


def judge(facts: Facts, limits: Limits) -> Found | None:
    volume, busiest = facts.volume, facts.busiest
    if volume.kind not in FREE or busiest is None or facts.enough >= volume.iops:
        return None
    if busiest >= volume.iops * limits.percent / 100:
        return None
    told = _("It has {iops} IOPS; the busiest hour of {days} days used {busiest}.")
    return found(
        volume.resource,
        detail=told.format(iops=volume.iops, days=limits.days, busiest=round(busiest)),
        advice=_("Lower it to {enough} IOPS; it stays in use meanwhile.").format(enough=facts.enough),
        cost=facts.saved,
        kind=volume.kind,
        iops=volume.iops,
        busiest_hour=round(busiest, 1),
        days=limits.days,
    )


CHECK = Check(
    name="ebs-overprovisioned-iops",
    title=gettext_noop("EBS volume with too many IOPS"),
    summary=gettext_noop("A volume has far more bought IOPS than its busiest hour used."),
    group="cost",
    severity="medium",
    limits=Limits,
    gather=gather,
    judge=judge,
    reads=(PROVISIONED,),
    permissions=("ec2:DescribeVolumes", *metrics.PERMISSIONS),
    guide=__doc__ or "",
)
