"""Finds S3 buckets with multipart uploads that were begun long ago and never completed.

Their parts are charged as storage and no listing of objects shows them. The parts of the oldest few are measured; where
there are more uploads than that, the cost is not known.

AWS docs: Amazon S3 User Guide, Aborting a multipart upload; Configuring a bucket lifecycle configuration to delete
incomplete multipart uploads.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from pydantic import BaseModel, Field

from opsportal.checks import Check, Found, Read, Reader
from opsportal.words import gettext as _
from opsportal.words import gettext_noop
from tasks.sweeps import buckets, money
from tasks.sweeps.money import Cost
from tasks.sweeps.resources import GIB, Resource, found


class Limits(BaseModel):
    days: int = Field(
        7,
        ge=1,
        le=3650,
        title=gettext_noop("Days"),
        description=gettext_noop("Uploads begun within this many days are left alone."),
    )
    measured: int = Field(
        20,
        ge=0,
        le=1000,
        title=gettext_noop("Uploads to measure"),
        description=gettext_noop("The parts of up to this many uploads of a bucket are measured, a call each."),
    )


@dataclass(frozen=True)
class Facts:
    """`uploads`: begun before the limit; `oldest` of them. `gib`: of their parts, None: too many to measure."""

    resource: Resource
    uploads: int
    oldest: datetime | None
    gib: float | None
    cost: Cost


@dataclass(frozen=True)
class Upload:
    key: str
    id: str
    begun: datetime


def gather(reader: Reader, limits: Limits) -> Iterator[Facts]:
    for told in buckets.buckets(reader):
        yield facts(reader, told["Name"], limits)


def facts(reader: Reader, bucket: str, limits: Limits) -> Facts:
    """The uploads of one bucket; only those to be measured are held in memory."""
    number, oldest, few = 0, None, list[Upload]()
    for upload in uploads(reader, bucket):
        if (reader.now - upload.begun).days >= limits.days:
            number, oldest = number + 1, min(oldest or upload.begun, upload.begun)
            few += [upload] if number <= limits.measured else []
    gib = sum(size(reader, bucket, each) for each in few) / GIB if number <= limits.measured else None
    cost = Cost() if gib is None else money.monthly(reader.price("s3", "standard.first-50TB"), gib)
    return Facts(Resource(bucket, reader.now), number, oldest, gib, cost)


def uploads(reader: Reader, bucket: str) -> Iterator[Upload]:
    for page in reader.pages(Read("s3", "list_multipart_uploads", {"Bucket": bucket})):
        for told in page.get("Uploads", ()):
            yield Upload(told["Key"], told["UploadId"], told["Initiated"])


def size(reader: Reader, bucket: str, upload: Upload) -> int:
    """Bytes of its parts."""
    named = {"Bucket": bucket, "Key": upload.key, "UploadId": upload.id}
    pages = reader.pages(Read("s3", "list_parts", named))
    return sum(int(part["Size"]) for page in pages for part in page.get("Parts", ()))


def judge(facts: Facts, limits: Limits) -> Found | None:
    if not facts.uploads or facts.oldest is None:
        return None
    told = _("Uploads that were never completed: {n}, the oldest begun {days} days ago.")
    if facts.gib is not None:
        told = _("Uploads that were never completed: {n}, the oldest begun {days} days ago. They hold {gib} GiB.")
    gib = "" if facts.gib is None else f"{facts.gib:.2f}"
    return found(
        facts.resource,
        detail=told.format(n=facts.uploads, days=facts.resource.days(facts.oldest), gib=gib),
        advice=_("Add a lifecycle rule that aborts incomplete uploads after {days} days.").format(days=limits.days),
        cost=facts.cost,
        uploads=facts.uploads,
        oldest=facts.oldest.isoformat(),
        gib=facts.gib,
    )


CHECK = Check(
    name="s3-incomplete-uploads",
    title=gettext_noop("Incomplete S3 uploads"),
    summary=gettext_noop("A bucket is charged for parts of uploads that no listing shows."),
    group="cost",
    severity="low",
    limits=Limits,
    gather=gather,
    judge=judge,
    permissions=(*buckets.PERMISSIONS, "s3:ListBucketMultipartUploads", "s3:ListMultipartUploadParts"),
    guide=__doc__ or "",
)
