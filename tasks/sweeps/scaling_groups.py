"""Auto Scaling groups, and the launch templates that they name."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from opsportal.checks import Read, Reader

from . import tags
from .resources import Resource

GROUPS = Read("autoscaling", "describe_auto_scaling_groups")
TAG = "aws:autoscaling:groupName"  # what an instance says of its group


def listed(reader: Reader) -> Iterator[dict[str, Any]]:
    """As EC2 Auto Scaling describes them."""
    for page in reader.pages(GROUPS):
        yield from page["AutoScalingGroups"]


def resource(group: Mapping[str, Any], now: datetime) -> Resource:
    return Resource(group["AutoScalingGroupARN"], now, group["AutoScalingGroupName"], tags.plain(group.get("Tags")))


def templates(group: Mapping[str, Any]) -> list[Mapping[str, str]]:
    """The launch templates of a group, its own first, then those of its mixed instances and of their overrides."""
    mixed = group.get("MixedInstancesPolicy", {}).get("LaunchTemplate", {})
    overrides = [each.get("LaunchTemplateSpecification") for each in mixed.get("Overrides", ())]
    found = [group.get("LaunchTemplate"), mixed.get("LaunchTemplateSpecification"), *overrides]
    return [each for each in found if each]
