"""Tags as AWS gives them, as plain dicts."""

from collections.abc import Iterable, Mapping

from opsportal.checks import Read, Reader

PERMISSIONS = ("tag:GetResources",)
BACKUP = ("aws:backup:source-resource", "aws:dlm:lifecycle-policy-id")


def plain(listed: Iterable[Mapping[str, str]] | None) -> dict[str, str]:
    """Of `[{"Key": …, "Value": …}]`."""
    return {each["Key"]: each["Value"] for each in listed or ()}


def name(tags: Mapping[str, str]) -> str:
    return tags.get("Name", "")


def kept_by_backup(tags: Mapping[str, str]) -> bool:
    """Whether AWS Backup or Data Lifecycle Manager made it and will delete it by its own rules.

    AWS docs: AWS Backup, Backups created by AWS Backup; Amazon EBS, How Amazon Data Lifecycle Manager works (tags).
    """
    return any(key in tags for key in BACKUP)


def reading(kind: str) -> Read:
    """The tags of all resources of this kind in the region, such as `dynamodb:table`."""
    return Read("resourcegroupstaggingapi", "get_resources", {"ResourceTypeFilters": [kind]})


def of_kind(reader: Reader, kind: str) -> dict[str, dict[str, str]]:
    """The tags by ARN, for the services whose listings leave them out."""
    pages = reader.pages(reading(kind))
    return {each["ResourceARN"]: plain(each.get("Tags")) for page in pages for each in page["ResourceTagMappingList"]}
