"""Finds EBS snapshots whose volume is gone and which no machine image is made of.

Left alone are copies, of which AWS does not know the volume; snapshots of registered images, disabled ones too, which
can't be deleted; and those that AWS Backup or Data Lifecycle Manager keeps and deletes by its own rules. The cost is
an upper bound: AWS charges for the blocks kept, and blocks that several snapshots share are kept once.

AWS docs: Amazon EBS User Guide, How Amazon EBS snapshots work; Delete an Amazon EBS snapshot.
"""

from collections.abc import Iterator

from pydantic import BaseModel, Field

from opsportal.checks import Check, Found, Reader
from opsportal.words import gettext as _
from opsportal.words import gettext_noop
from tasks.sweeps import snapshots
from tasks.sweeps.resources import found
from tasks.sweeps.snapshots import Snapshot


class Limits(BaseModel):
    days: int = Field(
        30,
        ge=2,
        le=3650,
        title=gettext_noop("Days"),
        description=gettext_noop("Snapshots younger than this are left alone."),
    )


def gather(reader: Reader, limits: Limits) -> Iterator[Snapshot]:
    return snapshots.snapshots(reader)


def judge(facts: Snapshot, limits: Limits) -> Found | None:
    days = facts.resource.days(facts.made)
    if not facts.volume_gone or facts.in_image or facts.kept_by_backup or not facts.done or days < limits.days:
        return None
    told = _("Its volume {volume} is gone. It was made {days} days ago and holds {gib} GiB at most.")
    return found(
        facts.resource,
        detail=told.format(volume=facts.volume, days=days, gib=f"{facts.gib:g}"),
        advice=_("Delete it, unless it is kept as a backup on purpose."),
        cost=facts.cost,
        volume=facts.volume,
        made=facts.made.isoformat(),
        gib_at_most=facts.gib,
    )


CHECK = Check(
    name="snapshot-orphaned",
    title=gettext_noop("Orphaned snapshot"),
    summary=gettext_noop("The volume of a snapshot is gone, and no machine image is made of it."),
    group="cost",
    severity="low",
    limits=Limits,
    gather=gather,
    judge=judge,
    reads=snapshots.READS,
    permissions=snapshots.PERMISSIONS,
    guide=__doc__ or "",
    cleanup="snapshot",
)
