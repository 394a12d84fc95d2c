"""Finds instances that have been stopped for weeks: their volumes cost on.

AWS tells when an instance was stopped in the reason of its last state change; where that has no date, since when is
not known and the instance is not judged. The cost is that of its volumes; its Elastic IP addresses are what
eip-unassociated finds.

AWS docs: Amazon EC2 User Guide, Stop and start Amazon EC2 instances; EC2 API Reference, Instance.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice

from pydantic import BaseModel, Field

from opsportal.checks import Check, Found, Reader
from opsportal.words import gettext as _
from opsportal.words import gettext_noop
from tasks.sweeps import instances, money, volumes
from tasks.sweeps.instances import Instance
from tasks.sweeps.money import Cost
from tasks.sweeps.resources import found
from tasks.sweeps.volumes import Volume

WHEN = re.compile(r"\((\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) (?:GMT|UTC)\)")
VALUES = 200  # of one filter at most. Amazon EC2 User Guide: List and filter using the CLI and API


class Limits(BaseModel):
    days: int = Field(
        30,
        ge=2,
        le=3650,
        title=gettext_noop("Days"),
        description=gettext_noop("Instances that have been stopped for this long are found."),
    )


@dataclass(frozen=True)
class Facts:
    """`stopped`: since when, None: AWS does not say. `gib`: of its `volumes`."""

    instance: Instance
    stopped: datetime | None
    cost: Cost
    volumes: int
    gib: int


def gather(reader: Reader, limits: Limits) -> Iterator[Facts]:
    stopped = (each for each in instances.instances(reader, instances.STOPPED) if each.state == "stopped")
    while group := list(islice(stopped, VALUES)):
        held = attached(reader, [each.resource.id for each in group])
        yield from (facts(each, held.get(each.resource.id, []), reader) for each in group)


def attached(reader: Reader, ids: Sequence[str]) -> dict[str, list[Volume]]:
    """The volumes of each of these instances."""
    found: dict[str, list[Volume]] = {each: [] for each in ids}
    for volume in volumes.volumes(reader, volumes.reading(**{"attachment.instance-id": list(ids)})):
        for instance in volume.instances:
            if instance in found:
                found[instance].append(volume)
    return found


def facts(instance: Instance, held: Sequence[Volume], reader: Reader) -> Facts:
    cost = money.total(volumes.cost(reader.price, volume) for volume in held)
    return Facts(instance, since(instance.reason), cost, len(held), sum(volume.gib for volume in held))


def since(reason: str) -> datetime | None:
    """When it was stopped, from words such as “User initiated (2026-01-31 18:00:05 GMT)”."""
    told = WHEN.search(reason)
    return datetime.fromisoformat(told[1]).replace(tzinfo=UTC) if told else None


def judge(facts: Facts, limits: Limits) -> Found | None:
    instance, stopped = facts.instance, facts.stopped
    if instance.state != "stopped" or stopped is None or instance.resource.days(stopped) < limits.days:
        return None
    told = _("It has been stopped for {days} days, and its volumes cost on: {n} with {gib} GiB together.")
    return found(
        instance.resource,
        detail=told.format(days=instance.resource.days(stopped), n=facts.volumes, gib=facts.gib),
        advice=_("Make an image of it and terminate it, or start it again."),
        cost=facts.cost,
        stopped=stopped.isoformat(),
        kind=instance.kind,
        volumes=facts.volumes,
        gib=facts.gib,
    )


CHECK = Check(
    name="ec2-stopped-long",
    title=gettext_noop("Instance stopped for long"),
    summary=gettext_noop("Nobody starts an instance again, and its volumes cost on."),
    group="cost",
    severity="medium",
    limits=Limits,
    gather=gather,
    judge=judge,
    reads=(instances.STOPPED,),
    permissions=("ec2:DescribeInstances", "ec2:DescribeVolumes"),
    guide=__doc__ or "",
)
