"""The account's own machine images, and what they are kept for."""

from collections.abc import Iterator, Mapping
from typing import Any

from opsportal.checks import Read, Reader

from . import instances, launch_templates, scaling_groups

# Images that were disabled keep their snapshots and are left out unless asked for. EC2 API Reference: DescribeImages
OWN = Read("ec2", "describe_images", {"Owners": ["self"], "IncludeDisabled": True})
CONFIGURATIONS = Read("autoscaling", "describe_launch_configurations")
USES = (instances.ALL, scaling_groups.GROUPS, CONFIGURATIONS, launch_templates.VERSIONS)
PERMISSIONS = (
    "autoscaling:DescribeAutoScalingGroups",
    "autoscaling:DescribeLaunchConfigurations",
    "ec2:DescribeInstances",
    "ec2:DescribeLaunchTemplateVersions",
    "ssm:GetParameters",  # for templates that name their image by a parameter
)
BY_PARAMETER = "resolve:ssm:"
Version = tuple[str, str]  # of a launch template: its id and the version's number


def snapshots(image: Mapping[str, Any]) -> list[str]:
    """The snapshots it is made of: AWS refuses to delete them as long as it is registered."""
    blocks = image.get("BlockDeviceMappings", ())
    return [block["Ebs"]["SnapshotId"] for block in blocks if block.get("Ebs", {}).get("SnapshotId")]


def used(reader: Reader) -> set[str]:
    """The ids of the images of instances (stopped ones too), launch configurations, and launch templates: the latest
    and default version of each, and those that Auto Scaling groups name.
    """
    found = {each.get("ImageId", "") for each in instances.listed(reader, instances.ALL)}
    for page in reader.pages(CONFIGURATIONS):
        found.update(each.get("ImageId", "") for each in page["LaunchConfigurations"])
    named, seen, parameters = named_versions(reader), set[Version](), list[Version]()
    for page in reader.pages(launch_templates.VERSIONS):
        take(page, found, seen, parameters)
    for page in versions(reader, sorted(named - seen)):
        take(page, found, seen, parameters)
    for page in versions(reader, parameters, ResolveAlias=True):
        take(page, found, seen, [])
    return found - {""}


def take(page: Mapping[str, Any], found: set[str], seen: set[Version], parameters: list[Version]) -> None:
    """Note the images of these versions, and the versions whose image stands in a parameter."""
    for version in page["LaunchTemplateVersions"]:
        image = version["LaunchTemplateData"].get("ImageId", "")
        key = (version["LaunchTemplateId"], str(version["VersionNumber"]))
        if image.startswith(BY_PARAMETER) and key not in seen:
            parameters.append(key)
        seen.add(key)
        found.add(image)


def versions(reader: Reader, wanted: list[Version], **more: Any) -> Iterator[dict[str, Any]]:
    reads = [
        Read("ec2", "describe_launch_template_versions", {"LaunchTemplateId": template, "Versions": [version], **more})
        for template, version in wanted
    ]
    return (answer for answer in reader.several(reads) if answer)


def named_versions(reader: Reader) -> set[Version]:
    """Launch template versions that groups use by number."""
    specifications = [each for group in scaling_groups.listed(reader) for each in scaling_groups.templates(group)]
    return {
        (each["LaunchTemplateId"], each["Version"])
        for each in specifications
        if each.get("Version", "$Default").isdigit() and each.get("LaunchTemplateId")
    }
