"""Finds machine images of the account that nothing starts instances from any more.

An image is in use while an instance (a stopped one too), a launch configuration or a launch template names it: the
latest and default version of each template, and those that Auto Scaling groups name by number. Images that are public
or shared with other accounts count as used, and so do those that AWS Backup or Data Lifecycle Manager keeps. AWS tells
when an image was last launched, with a day's delay. The cost is that of its snapshots, an upper bound.

AWS docs: Amazon EC2 User Guide, Deregister an Amazon EC2 AMI; Check when an AMI was last used.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from pydantic import BaseModel, Field

from opsportal.checks import Check, Found, Read, Reader
from opsportal.words import gettext as _
from opsportal.words import gettext_noop
from tasks.sweeps import images, money, tags
from tasks.sweeps.money import Cost
from tasks.sweeps.resources import Resource, found

TOGETHER = 100  # images whose sharing is read side by side


class Limits(BaseModel):
    days: int = Field(
        90,
        ge=2,
        le=3650,
        title=gettext_noop("Days"),
        description=gettext_noop("Images made or launched within this many days are left alone."),
    )
    sharing: bool = Field(
        True,
        title=gettext_noop("Leave shared images alone"),
        description=gettext_noop(
            "Whether images that other accounts may use are left alone; it takes a call for each unused image."
        ),
    )


@dataclass(frozen=True)
class Facts:
    """`last`: when it was made or last launched. `shared`: with another account, or with all; only asked for images
    that are old and not used. One that is gone by then counts as shared.
    """

    resource: Resource
    cost: Cost
    last: datetime
    gib: int
    used: bool = False
    shared: bool = False
    kept_by_backup: bool = False


def gather(reader: Reader, limits: Limits) -> Iterator[Facts]:
    used = images.used(reader)
    told = (image for page in reader.pages(images.OWN) for image in page["Images"])
    while group := list(islice(told, TOGETHER)):
        unused = [each for each in group if is_old(each, reader.now, limits) and each["ImageId"] not in used]
        asked = unused if limits.sharing else []
        answers = zip(asked, reader.several([sharing(image) for image in asked]), strict=True)
        shared = {image["ImageId"] for image, answer in answers if answer is None or answer.get("LaunchPermissions")}
        yield from (facts(image, reader, image["ImageId"] in used, image["ImageId"] in shared) for image in group)


def sharing(image: Mapping[str, Any]) -> Read:
    return Read("ec2", "describe_image_attribute", {"ImageId": image["ImageId"], "Attribute": "launchPermission"})


def last(image: Mapping[str, Any]) -> datetime:
    times = [image.get("CreationDate"), image.get("LastLaunchedTime")]
    return max(datetime.fromisoformat(time) for time in times if time)


def is_old(image: Mapping[str, Any], now: datetime, limits: Limits) -> bool:
    return (now - last(image)).days >= limits.days


def facts(image: Mapping[str, Any], reader: Reader, used: bool, shared: bool) -> Facts:
    held = tags.plain(image.get("Tags"))
    sizes = [block["Ebs"].get("VolumeSize", 0) for block in image.get("BlockDeviceMappings", ()) if block.get("Ebs")]
    return Facts(
        resource=Resource(image["ImageId"], reader.now, tags.name(held) or image.get("Name", ""), held),
        cost=money.snapshot(reader.price, sum(sizes)),
        last=last(image),
        gib=sum(sizes),
        used=used,
        shared=shared or bool(image.get("Public")),
        kept_by_backup=tags.kept_by_backup(held),
    )


def judge(facts: Facts, limits: Limits) -> Found | None:
    days = facts.resource.days(facts.last)
    if facts.used or facts.shared or facts.kept_by_backup or days < limits.days:
        return None
    told = _(
        "No instance, launch template or group uses it. It was last used {days} days ago and holds {gib} GiB at most."
    )
    return found(
        facts.resource,
        detail=told.format(days=days, gib=facts.gib),
        advice=_("Deregister it, then delete its snapshots."),
        cost=facts.cost,
        last_made_or_launched=facts.last.isoformat(),
        gib_at_most=facts.gib,
    )


CHECK = Check(
    name="ami-unused",
    title=gettext_noop("Unused machine image"),
    summary=gettext_noop("An image is kept that no instance, launch template or Auto Scaling group uses."),
    group="cost",
    severity="low",
    limits=Limits,
    gather=gather,
    judge=judge,
    reads=(images.OWN, *images.USES),
    permissions=("ec2:DescribeImageAttribute", "ec2:DescribeImages", *images.PERMISSIONS),
    guide=__doc__ or "",
)
