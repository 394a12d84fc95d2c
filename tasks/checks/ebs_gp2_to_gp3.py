"""Finds gp2 volumes that cost less as gp3 with the same IOPS and throughput.

gp2 gives 3 IOPS a GiB, 100 at least and 16,000 at most; gp3 gives 3,000 IOPS and 125 MiB/s with every volume and sells
more. What is saved is reckoned with as much IOPS and throughput as the gp2 volume keeps up without burst credits. The
change is made while the volume is in use and needs no restart.

AWS docs: Amazon EBS User Guide, General Purpose SSD volumes; Modify a volume using Elastic Volumes operations.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import BaseModel, Field

from opsportal.checks import Check, Found, Reader
from opsportal.words import gettext as _
from opsportal.words import gettext_noop
from tasks.sweeps import money, volumes
from tasks.sweeps.money import Cost
from tasks.sweeps.resources import found
from tasks.sweeps.volumes import Volume

GP2 = volumes.reading(volume_type=["gp2"])


class Limits(BaseModel):
    usd: float = Field(
        0,
        ge=0,
        le=10_000,
        title=gettext_noop("USD a month"),
        description=gettext_noop("Volumes that would save less than this are left alone."),
    )


@dataclass(frozen=True)
class Facts:
    """`saved`: a month, as gp3 with `iops` and `throughput` (MiB/s)."""

    volume: Volume
    saved: Cost
    iops: int
    throughput: int


def gather(reader: Reader, limits: Limits) -> Iterator[Facts]:
    for volume in volumes.volumes(reader, GP2):
        iops, throughput = volumes.sustained(volume.gib)
        then = money.volume(reader.price, "gp3", volume.gib, iops, throughput)
        yield Facts(volume, money.saving(volumes.cost(reader.price, volume), then), iops, throughput)


def judge(facts: Facts, limits: Limits) -> Found | None:
    volume, saved = facts.volume, facts.saved
    if volume.kind != "gp2" or (saved.usd is not None and saved.usd < limits.usd):
        return None
    advice = _("Change its type to gp3 with {iops} IOPS and {throughput} MiB/s; it stays in use meanwhile.")
    return found(
        volume.resource,
        detail=_("Its {gib} GiB of gp2 cost more than the same as gp3.").format(gib=volume.gib),
        advice=advice.format(iops=facts.iops, throughput=facts.throughput),
        cost=saved,
        gib=volume.gib,
        kind=volume.kind,
        gp3={"iops": facts.iops, "throughput": facts.throughput},
    )


CHECK = Check(
    name="ebs-gp2-to-gp3",
    title=gettext_noop("gp2 volume that is cheaper as gp3"),
    summary=gettext_noop("A volume of the older type gp2 costs more than the same as gp3."),
    group="cost",
    severity="low",
    limits=Limits,
    gather=gather,
    judge=judge,
    reads=(GP2,),
    permissions=("ec2:DescribeVolumes",),
    guide=__doc__ or "",
    cleanup="gp3",
)
