"""Services that run an image by a tag that can be moved: a new image behind it is no change, so nothing is deployed.

Found are `latest`, no tag at all, and, in a protected environment, any tag of a repository whose tags are mutable.
Whether the tags of a registry other than this account's ECR can be moved is not known; in a protected environment that
is said. The digest of the image that stands behind the tag now is offered instead.

AWS docs: Image tag mutability (Amazon ECR); Amazon ECS task definition parameters (image); Deploy Amazon ECS services
by replacing tasks (software version consistency).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, Field

from opsportal.checks import Check, Found, Read, Reader, Severity
from opsportal.words import gettext as _
from opsportal.words import gettext_noop
from tasks.sweeps import containers, resources
from tasks.sweeps.resources import Resource

REPOSITORIES = Read("ecr", "describe_repositories")
TAGS = ("MUTABLE", "MUTABLE_WITH_EXCLUSION")


class Limits(BaseModel):
    everywhere: bool = Field(
        False,
        title=gettext_noop("Mutable tags everywhere"),
        description=gettext_noop(
            "Whether tags of mutable repositories are found in environments that are not protected too."
        ),
    )


@dataclass(frozen=True)
class Image:
    """`mutable` None: not known, its registry is another. `digest`: of what the tag names now, where that is known."""

    container: str
    name: str
    tag: str
    pinned: bool
    mutable: bool | None = None
    digest: str = ""


@dataclass(frozen=True)
class Facts:
    """`images` None: the task definition is gone."""

    resource: Resource
    protected: bool
    images: tuple[Image, ...] | None


def gather(reader: Reader, limits: Limits) -> Iterator[Facts]:
    pages = reader.pages(REPOSITORIES)
    mutable = {
        each["repositoryUri"]: each["imageTagMutability"] in TAGS for page in pages for each in page["repositories"]
    }
    for batch in containers.batches(reader):
        images = {each for _service, definition in batch for each in of_definition(definition, mutable) or ()}
        digests = of_tags(reader, sorted(image.name for image in images if image.mutable))
        for service, definition in batch:
            yield Facts(
                resource=containers.resource(service, reader.now),
                protected=reader.environment.protected,
                images=of_definition(definition, mutable, digests),
            )


def of_definition(
    definition: Mapping[str, Any] | None, mutable: Mapping[str, bool], digests: Mapping[str, str] | None = None
) -> tuple[Image, ...] | None:
    if definition is None:
        return None
    told = definition["containerDefinitions"]
    return tuple(image(each["name"], each["image"], mutable, digests or {}) for each in told)


def image(container: str, name: str, mutable: Mapping[str, bool], digests: Mapping[str, str]) -> Image:
    """Its parts: a colon after the last slash begins the tag, an @ the digest."""
    plain, _, digest = name.partition("@")
    match = re.match(r"^(.*?)(?::([\w][\w.-]*))?$", plain.rpartition("/")[2])
    tag = (match and match[2]) or ""
    repository = plain.removesuffix(f":{tag}") if tag else plain
    return Image(container, name, tag, bool(digest), mutable.get(repository), digests.get(name, ""))


def of_tags(reader: Reader, names: Sequence[str]) -> dict[str, str]:
    """The digests that these tags of our own repositories stand for now."""
    wanted = list(dict.fromkeys(names))
    reads = [Read("ecr", "describe_images", tagged(name)) for name in wanted]
    found = {}
    for name, answer in zip(wanted, reader.several(reads), strict=True):
        details = (answer or {}).get("imageDetails", ())
        if details:
            found[name] = details[0]["imageDigest"]
    return found


def tagged(name: str) -> dict[str, Any]:
    """The repository and tag of a name such as 1.dkr.ecr.eu-central-1.amazonaws.com/shop/web:v1."""
    path = name.partition("/")[2].partition("@")[0]
    repository, _, tag = path.rpartition(":") if ":" in path.rpartition("/")[2] else (path, "", "latest")
    return {"repositoryName": repository, "imageIds": [{"imageTag": tag}]}


def judge(facts: Facts, limits: Limits) -> Found | None:
    if facts.images is None:
        text = _("Its images are not known: its task definition is gone.")
        return found(facts, text, _("Deploy the service again with a task definition that is there."), "low", ())
    loose = [image for image in facts.images if not image.pinned]
    floating = [image for image in loose if image.tag in ("", "latest")]
    strict = facts.protected or limits.everywhere
    movable = [image for image in loose if image not in floating and image.mutable and strict]
    if floating or movable:
        return found(facts, sentence(floating, movable), offer([*floating, *movable]), severity(facts, floating), loose)
    elsewhere = [image.name for image in loose if image.mutable is None and strict]
    if not elsewhere:
        return None
    text = _("Whether the tag of {images} can be moved is not known: its registry is not this account's ECR.")
    return found(facts, text.format(images=", ".join(elsewhere)), offer(loose), "low", loose)


def severity(facts: Facts, floating: Sequence[Image]) -> Severity:
    return "high" if facts.protected and floating else "medium"


def sentence(floating: Sequence[Image], movable: Sequence[Image]) -> str:
    parts = []
    if floating:
        text = _("It runs {images}, whose tag moves with every push: a new image behind it deploys nothing.")
        parts.append(text.format(images=", ".join(image.name for image in floating)))
    if movable:
        text = _("It runs {images} of a repository whose tags can be moved.")
        parts.append(text.format(images=", ".join(image.name for image in movable)))
    return " ".join(parts)


def offer(images: Sequence[Image]) -> str:
    """The same images by digest, where that is known."""
    pinned = [f"{named(image)}@{image.digest}" for image in images if image.digest]
    if pinned:
        return _("Name the image by its digest: {images}.").format(images=", ".join(pinned))
    return _("Name the image by its digest, or by a tag of a repository whose tags are immutable.")


def named(image: Image) -> str:
    return image.name.removesuffix(f":{image.tag}")


def found(facts: Facts, detail: str, advice: str, severity: Severity, images: Sequence[Image]) -> Found:
    names = [{"container": image.container, "image": image.name, "digest": image.digest} for image in images]
    return resources.found(
        facts.resource, detail=detail, advice=advice, severity=severity, protected=facts.protected, images=names
    )


CHECK = Check(
    name="mutable-tag",
    title=gettext_noop("Image tag can be moved"),
    summary=gettext_noop("A service runs an image by a tag that may name another image tomorrow."),
    group="reliability",
    severity="medium",
    limits=Limits,
    gather=gather,
    judge=judge,
    reads=(containers.CLUSTERS, REPOSITORIES),
    permissions=("ecr:DescribeImages", "ecr:DescribeRepositories", *containers.PERMISSIONS),
    guide=__doc__ or "",
)
