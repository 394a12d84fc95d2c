"""Finds EBS snapshots that were made long ago by hand or by a script that deletes none.

Left alone are snapshots of registered images and those that AWS Backup or Data Lifecycle Manager keeps. Those whose
volume is gone are what snapshot-orphaned finds: they are left to it, so that no money is counted twice. The cost is an
upper bound: AWS charges for the blocks kept, and blocks that several snapshots share are kept once.

AWS docs: Amazon EBS User Guide, How Amazon EBS snapshots work; Archive Amazon EBS snapshots.
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
        365,
        ge=2,
        le=3650,
        title=gettext_noop("Days"),
        description=gettext_noop("Snapshots of this age or more are found."),
    )
    orphaned: bool = Field(
        False,
        title=gettext_noop("Those of lost volumes"),
        description=gettext_noop(
            "Whether snapshots whose volume is gone are found here too; snapshot-orphaned finds them anyway."
        ),
    )


def gather(reader: Reader, limits: Limits) -> Iterator[Snapshot]:
    return snapshots.snapshots(reader)


def judge(facts: Snapshot, limits: Limits) -> Found | None:
    days = facts.resource.days(facts.made)
    if facts.in_image or facts.kept_by_backup or not facts.done or days < limits.days:
        return None
    if facts.volume_gone and not limits.orphaned:
        return None
    return found(
        facts.resource,
        detail=_("It was made {days} days ago and holds {gib} GiB at most.").format(days=days, gib=f"{facts.gib:g}"),
        advice=_("Delete it, or archive it if it has to be kept for years."),
        cost=facts.cost,
        volume=facts.volume,
        made=facts.made.isoformat(),
        gib_at_most=facts.gib,
    )


CHECK = Check(
    name="snapshot-old",
    title=gettext_noop("Old snapshot"),
    summary=gettext_noop("A snapshot is old, and nothing will delete it by itself."),
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
