"""GetResources in pages of resources, with tokens that stay good; moto ends a page at a hundred tags unasked.

AWS docs: GetResources (ResourcesPerPage, TagsPerPage), Resource Groups Tagging API Reference.
"""

from typing import Any

from moto.core.responses import ActionResult
from moto.resourcegroupstaggingapi.exceptions import ResourceGroupsTaggingAPIError
from moto.resourcegroupstaggingapi.responses import ResourceGroupsTaggingAPIResponse

from sandbox.listings import pages
from sandbox.replacing import put

USUAL, MOST = 50, 100  # resources a page


def get_resources(response: Any) -> ActionResult:
    """In the place of moto's."""
    if response._get_param("TagsPerPage"):
        raise NotImplementedError("GetResources with TagsPerPage")
    most = response._get_int_param("ResourcesPerPage", USUAL)
    if not 1 <= most <= MOST:
        raise _invalid(f"ResourcesPerPage must be between 1 and {MOST}")
    asked = ("TagFilters", "ResourceTypeFilters", "ResourceARNList")
    rows = list(response.backend._get_resources_generator(*(response._get_param(name, []) for name in asked)))
    try:
        found, token = pages.page(rows, most, response._get_param("PaginationToken"))
    except pages.BadToken as error:
        raise _invalid("The pagination token is invalid") from error
    mappings = [{"ResourceARN": row.arn, "Tags": _tags(row.tags)} for row in found]
    return ActionResult({"ResourceTagMappingList": mappings, "PaginationToken": token or ""})


def _tags(tags: dict[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def _invalid(words: str) -> ResourceGroupsTaggingAPIError:
    return ResourceGroupsTaggingAPIError("InvalidParameterException", words)


def replace() -> None:
    put(ResourceGroupsTaggingAPIResponse, get_resources=get_resources)
