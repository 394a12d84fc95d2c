"""Tags of EC2's resources, and what a resource of it is found by."""

from collections.abc import Mapping, Sequence
from typing import Any

from opsportal.contexts import Aws

from .target import BY, without_ours

RESERVED = "aws:"  # tags that only AWS itself sets


def listed(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": name, "Value": value} for name, value in sorted(tags.items())]


def tag(aws: Aws, region: str, resources: Sequence[str], tags: Mapping[str, str]) -> None:
    """All of them, or none. Raises Gone where one of them is not there."""
    aws.change("ec2", "create_tags", region=region, Resources=list(resources), Tags=listed(tags))


def untag(aws: Aws, region: str, resources: Sequence[str], names: Sequence[str]) -> None:
    tags = [{"Key": name} for name in names]
    aws.change("ec2", "delete_tags", region=region, Resources=list(resources), Tags=tags)


def inherited(tags: Mapping[str, str], mark: str) -> list[dict[str, str]]:
    """What a copy of a resource is tagged with: its own tags, and by which step it was made."""
    plain = {name: value for name, value in without_ours(tags).items() if not name.startswith(RESERVED)}
    return listed({**plain, BY: mark})


def made_by(mark: str) -> dict[str, Any]:
    """The filter that finds what this step has made."""
    return {"Name": f"tag:{BY}", "Values": [mark]}
