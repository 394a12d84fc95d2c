"""Finds EBS volumes that no instance is attached to.

A volume costs the same attached or not. DescribeVolumes does not say when a volume was detached, so its age counts:
one that was made lately is left alone.

AWS docs: Amazon EBS User Guide, Amazon EBS volume states; EC2 API Reference, Volume.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import BaseModel, Field

from opsportal.checks import Check, Found, Reader
from opsportal.words import gettext as _
from opsportal.words import gettext_noop
from tasks.sweeps import volumes
from tasks.sweeps.money import Cost
from tasks.sweeps.resources import found
from tasks.sweeps.volumes import Volume

AVAILABLE = volumes.reading(status=["available"])


class Limits(BaseModel):
    days: int = Field(
        7,
        ge=2,
        le=3650,
        title=gettext_noop("Days"),
        description=gettext_noop("Volumes younger than this are left alone."),
    )


@dataclass(frozen=True)
class Facts:
    volume: Volume
    cost: Cost


def gather(reader: Reader, limits: Limits) -> Iterator[Facts]:
    for volume in volumes.volumes(reader, AVAILABLE):
        yield Facts(volume, volumes.cost(reader.price, volume))


def judge(facts: Facts, limits: Limits) -> Found | None:
    volume = facts.volume
    days = volume.resource.days(volume.made)
    if volume.state != "available" or volume.instances or days < limits.days:
        return None
    told = _("It is attached to no instance and was made {days} days ago ({gib} GiB of {kind}).")
    return found(
        volume.resource,
        detail=told.format(days=days, gib=volume.gib, kind=volume.kind),
        advice=_("Take a snapshot, then delete it."),
        cost=facts.cost,
        state=volume.state,
        made=volume.made.isoformat(),
        gib=volume.gib,
        kind=volume.kind,
    )


CHECK = Check(
    name="ebs-unattached",
    title=gettext_noop("Unattached EBS volume"),
    summary=gettext_noop("A volume costs money though no instance uses it."),
    group="cost",
    severity="medium",
    limits=Limits,
    gather=gather,
    judge=judge,
    reads=(AVAILABLE,),
    permissions=("ec2:DescribeVolumes",),
    guide=__doc__ or "",
    cleanup="volume",
)
