"""Finds large S3 buckets without any lifecycle rule: all they were ever given stays, in the dearest class.

The size is that which CloudWatch has once a day of the class Standard. The cost is that of all of it, so it is the
most that rules can save, reckoned with the price of the first 50 TB.

AWS docs: Amazon S3 User Guide, Managing the lifecycle of objects; Amazon S3 metrics and dimensions.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from pydantic import BaseModel, Field

from opsportal.checks import Check, Found, Read, Reader
from opsportal.words import gettext as _
from opsportal.words import gettext_noop
from tasks.sweeps import buckets, metrics, money
from tasks.sweeps.metrics import DAY, Metric, complete, midnight
from tasks.sweeps.money import Cost
from tasks.sweeps.resources import GIB, Resource, found

DAYS = 3  # CloudWatch has a bucket's size a day or two late
TOGETHER = 100  # buckets whose rules are read side by side


class Limits(BaseModel):
    gib: float = Field(
        100,
        ge=0,
        le=10_000_000,
        title=gettext_noop("GiB"),
        description=gettext_noop("Buckets that hold less than this are left alone."),
    )


@dataclass(frozen=True)
class Facts:
    """`gib`: of the class Standard, None: CloudWatch has no size. `rules`: it has a lifecycle configuration."""

    resource: Resource
    cost: Cost
    gib: float | None
    rules: bool


def gather(reader: Reader, limits: Limits) -> Iterator[Facts]:
    wanted = ((told["Name"], (stored(told["Name"]),)) for told in buckets.buckets(reader))
    sized = complete(reader, wanted, midnight(reader.now, DAYS))
    while group := list(islice(sized, TOGETHER)):
        reads = [Read("s3", "get_bucket_lifecycle_configuration", {"Bucket": name}) for name, _sizes in group]
        for (name, (sizes,)), answer in zip(group, reader.several(reads), strict=True):
            yield facts(reader, name, sizes.latest, bool(answer and answer.get("Rules")))


def stored(name: str) -> Metric:
    return Metric("AWS/S3", "BucketSizeBytes", {"BucketName": name, "StorageType": "StandardStorage"}, period=DAY)


def facts(reader: Reader, name: str, size: float | None, rules: bool) -> Facts:
    """`size`: in bytes, None: not known."""
    gib = None if size is None else size / GIB
    cost = Cost() if gib is None else money.monthly(reader.price("s3", "standard.first-50TB"), gib)
    return Facts(Resource(name, reader.now), cost, gib, rules)


def judge(facts: Facts, limits: Limits) -> Found | None:
    if facts.rules or facts.gib is None or facts.gib < limits.gib:
        return None
    return found(
        facts.resource,
        detail=_("It holds {gib} GiB in the class Standard and has no lifecycle rule.").format(gib=f"{facts.gib:.0f}"),
        advice=_("Add rules that move or delete what is old, and abort incomplete uploads."),
        cost=facts.cost,
        gib=round(facts.gib, 1),
    )


CHECK = Check(
    name="s3-without-lifecycle",
    title=gettext_noop("S3 bucket without lifecycle rules"),
    summary=gettext_noop("A large bucket has no lifecycle rule, so it only grows."),
    group="cost",
    severity="low",
    limits=Limits,
    gather=gather,
    judge=judge,
    permissions=(*buckets.PERMISSIONS, "s3:GetLifecycleConfiguration", *metrics.PERMISSIONS),
    guide=__doc__ or "",
)
