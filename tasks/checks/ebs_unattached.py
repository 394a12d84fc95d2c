"""Finds EBS volumes that no instance is attached to.

A volume costs the same attached or not. DescribeVolumes does not say when a volume was detached, so its age counts:
one that was made lately is left alone.

AWS docs: Amazon EBS User Guide, Amazon EBS volume states; EC2 API Reference, Volume.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from pydantic import BaseModel, Field

from opsportal.checks import Check, Found, Price, Read, Reader
from opsportal.words import gettext as _
from opsportal.words import gettext_noop

AVAILABLE = Read("ec2", "describe_volumes", {"Filters": [{"Name": "status", "Values": ["available"]}]})


class Limits(BaseModel):
    days: int = Field(
        7,
        ge=2,
        le=3650,
        title=gettext_noop("Days"),
        description=gettext_noop("Volumes made later than so many days ago are left alone."),
    )


@dataclass(frozen=True)
class Facts:
    volume: str
    state: str
    attached: bool
    kind: str
    gib: int
    made: datetime
    days: int
    price: Price | None = None
    tags: Mapping[str, str] = field(default_factory=dict)


def gather(read: Reader, limits: Limits) -> Iterator[Facts]:
    for page in read.pages(AVAILABLE):
        for told in page["Volumes"]:
            yield Facts(
                volume=told["VolumeId"],
                state=told["State"],
                attached=bool(told.get("Attachments")),
                kind=told["VolumeType"],
                gib=told["Size"],
                made=told["CreateTime"],
                days=(read.now - told["CreateTime"]).days,
                price=read.price("ebs", f"{told['VolumeType']}.storage"),
                tags={tag["Key"]: tag["Value"] for tag in told.get("Tags", ())},
            )


def judge(facts: Facts, limits: Limits) -> Found | None:
    if facts.state != "available" or facts.attached or facts.days < limits.days:
        return None
    told = _("Attached to nothing; made {days} days ago. {gib} GiB {kind}.")
    return Found(
        facts.volume,
        detail=told.format(days=facts.days, gib=facts.gib, kind=facts.kind),
        advice=_("Take a snapshot, then delete it."),
        usd=facts.price.usd * facts.gib if facts.price else None,
        price=facts.price,
        evidence={"state": facts.state, "made": facts.made.isoformat(), "gib": facts.gib, "kind": facts.kind},
        name=facts.tags.get("Name", ""),
        tags=facts.tags,
    )


CHECK = Check(
    name="ebs-unattached",
    title=gettext_noop("EBS volumes without an instance"),
    summary=gettext_noop("Volumes that cost money though nothing uses them."),
    group="cost",
    severity="medium",
    limits=Limits,
    gather=gather,
    judge=judge,
    reads=(AVAILABLE,),
    permissions=("ec2:DescribeVolumes",),
    guide=__doc__ or "",
)
