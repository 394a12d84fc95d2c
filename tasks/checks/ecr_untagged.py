"""Finds ECR repositories with untagged images that nobody pulls.

An image loses its tag when a newer one takes it. Images that an index of several architectures names have no tag of
their own and are in use; so are signatures and attestations, which name the image they belong to. The cost is an upper
bound: layers that images share are stored once.

AWS docs: Amazon ECR User Guide, Deleting an image; Automate the cleanup of images by using lifecycle policies.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from opsportal.checks import Check, Found, Read, Reader
from opsportal.words import gettext as _
from opsportal.words import gettext_noop
from tasks.sweeps import money, tags
from tasks.sweeps.money import Cost
from tasks.sweeps.resources import GIB, Resource, found

REPOSITORIES = Read("ecr", "describe_repositories")
KIND = "ecr:repository"
INDEXES = frozenset(
    {"application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json"}
)
TOGETHER = 100  # images of one call. Amazon ECR API Reference: BatchGetImage


class Limits(BaseModel):
    days: int = Field(
        14,
        ge=1,
        le=3650,
        title=gettext_noop("Days"),
        description=gettext_noop("Images pushed or pulled later than so many days ago are left alone."),
    )
    images: int = Field(
        1,
        ge=1,
        le=100_000,
        title=gettext_noop("Images"),
        description=gettext_noop("Repositories with fewer such images are left alone."),
    )


@dataclass(frozen=True)
class Facts:
    """`images`: without a tag and not used for the limit's days; `gib`: their sizes together."""

    resource: Resource
    images: int
    gib: float
    cost: Cost


def gather(reader: Reader, limits: Limits) -> Iterator[Facts]:
    held = tags.of_kind(reader, KIND)
    for page in reader.pages(REPOSITORIES):
        for told in page["repositories"]:
            name, arn = told["repositoryName"], told["repositoryArn"]
            old = untagged(reader, name, limits)
            gib = sum(old.values()) / GIB
            cost = money.monthly(reader.price("ecr", "private-storage"), gib)
            yield Facts(Resource(arn, reader.now, name, held.get(arn, {})), len(old), gib, cost)


def untagged(reader: Reader, repository: str, limits: Limits) -> dict[str, int]:
    """Bytes by digest of its images without a tag that nothing has used lately."""
    old, indexes = dict[str, int](), list[str]()
    for page in reader.pages(Read("ecr", "describe_images", {"repositoryName": repository})):
        for told in page["imageDetails"]:
            if told.get("imageTags"):
                indexes += [told["imageDigest"]] if told.get("imageManifestMediaType") in INDEXES else []
            elif not told.get("subjectManifestDigest") and (reader.now - used(told)).days >= limits.days:
                old[told["imageDigest"]] = told.get("imageSizeInBytes", 0)
    for digest in named(reader, repository, indexes if old else []):
        old.pop(digest, None)
    return old


def used(told: Mapping[str, Any]) -> datetime:
    """When it was last pushed or pulled."""
    pushed: datetime = told["imagePushedAt"]
    return max(pushed, told.get("lastRecordedPullTime") or pushed)


def named(reader: Reader, repository: str, indexes: Sequence[str]) -> Iterator[str]:
    """The digests that these indexes name."""
    for start in range(0, len(indexes), TOGETHER):
        ids = [{"imageDigest": digest} for digest in indexes[start : start + TOGETHER]]
        asked = {"repositoryName": repository, "imageIds": ids, "acceptedMediaTypes": sorted(INDEXES)}
        for image in reader.read(Read("ecr", "batch_get_image", asked))["images"]:
            yield from (each["digest"] for each in json.loads(image["imageManifest"]).get("manifests", ()))


def judge(facts: Facts, limits: Limits) -> Found | None:
    if facts.images < limits.images:
        return None
    told = _("Images without a tag, neither pushed nor pulled for {days} days: {n} with {gib} GiB at most.")
    return found(
        facts.resource,
        detail=told.format(n=facts.images, days=limits.days, gib=f"{facts.gib:.2f}"),
        advice=_("Add a lifecycle policy that expires untagged images."),
        cost=facts.cost,
        images=facts.images,
        gib_at_most=round(facts.gib, 3),
    )


CHECK = Check(
    name="ecr-untagged",
    title=gettext_noop("Container images without a tag"),
    summary=gettext_noop("Images that lost their tag and that nobody pulls."),
    group="cost",
    severity="low",
    limits=Limits,
    gather=gather,
    judge=judge,
    reads=(REPOSITORIES, tags.reading(KIND)),
    permissions=("ecr:BatchGetImage", "ecr:DescribeImages", "ecr:DescribeRepositories", *tags.PERMISSIONS),
    guide=__doc__ or "",
)
