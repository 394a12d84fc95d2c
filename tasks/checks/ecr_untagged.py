"""Finds untagged images in ECR that nobody pulls.

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
        description=gettext_noop("Images pushed or pulled within this many days are left alone."),
    )


@dataclass(frozen=True)
class Facts:
    """`used`: when it was last pushed or pulled. `needed`: an index names it, or it names the image it belongs to."""

    resource: Resource
    cost: Cost
    tagged: bool
    used: datetime
    gib: float
    needed: bool = False


def gather(reader: Reader, limits: Limits) -> Iterator[Facts]:
    held = tags.of_kind(reader, KIND)
    price = reader.price("ecr", "private-storage")
    for page in reader.pages(REPOSITORIES):
        for repository in page["repositories"]:
            name, about = repository["repositoryName"], held.get(repository["repositoryArn"], {})
            for told, needed in images(reader, name):
                gib = told.get("imageSizeInBytes", 0) / GIB
                resource = Resource(f"{name}@{told['imageDigest']}", reader.now, tags=about)
                yield Facts(resource, money.monthly(price, gib), bool(told.get("imageTags")), used(told), gib, needed)


def images(reader: Reader, repository: str) -> Iterator[tuple[Mapping[str, Any], bool]]:
    """The images of a repository, and whether another needs them; its untagged ones are held in memory."""
    untagged, indexes = list[Mapping[str, Any]](), list[str]()
    for page in reader.pages(Read("ecr", "describe_images", {"repositoryName": repository})):
        for told in page["imageDetails"]:
            if told.get("imageTags"):
                indexes += [told["imageDigest"]] if told.get("imageManifestMediaType") in INDEXES else []
                yield told, False
            else:
                untagged.append(told)
    parts = set(named(reader, repository, indexes if untagged else []))
    yield from ((told, told["imageDigest"] in parts or bool(told.get("subjectManifestDigest"))) for told in untagged)


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
    days = facts.resource.days(facts.used)
    if facts.tagged or facts.needed or days < limits.days:
        return None
    told = _("It has no tag, and nobody has pushed or pulled it for {days} days. It holds {mib} MiB at most.")
    return found(
        facts.resource,
        detail=told.format(days=days, mib=round(facts.gib * 1024)),
        advice=_("Add a lifecycle policy to its repository that expires untagged images."),
        cost=facts.cost,
        last_used=facts.used.isoformat(),
        gib_at_most=round(facts.gib, 4),
    )


CHECK = Check(
    name="ecr-untagged",
    title=gettext_noop("Untagged container image"),
    summary=gettext_noop("An image has lost its tag, and nobody pulls it."),
    group="cost",
    severity="low",
    limits=Limits,
    gather=gather,
    judge=judge,
    reads=(REPOSITORIES, tags.reading(KIND)),
    permissions=("ecr:BatchGetImage", "ecr:DescribeImages", "ecr:DescribeRepositories", *tags.PERMISSIONS),
    guide=__doc__ or "",
)
