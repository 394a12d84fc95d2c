"""The reads of a sweep: what each is known by, and which of several serves them all."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from opsportal.checks import Read
from opsportal.contexts import digest
from opsportal.readings import FORMAT

# The most items that AWS puts on a page; without being asked for pages it would answer with as much as it can at once.
# Amazon EC2 API Reference: MaxResults of these operations; Resource Groups Tagging API Reference: GetResources.
PAGE_SIZES: Mapping[tuple[str, str], int] = {
    ("ec2", "describe_images"): 1000,
    ("ec2", "describe_instances"): 1000,
    ("ec2", "describe_network_interfaces"): 1000,
    ("ec2", "describe_security_groups"): 1000,
    ("ec2", "describe_snapshots"): 1000,
    ("ec2", "describe_volumes"): 500,
    ("resourcegroupstaggingapi", "get_resources"): 100,
}
# EC2 takes no page size beside ids
NARROWING = {"Filters", "IncludeDisabled", "OwnerIds", "Owners", "ResourceTypeFilters"}

Operations = frozenset[tuple[str, str]]


def key(read: Read, region: str, try_no: int) -> str:
    """What a call is kept by. A later try of the step reads afresh, and so does a release that packs otherwise."""
    arguments = json.loads(json.dumps(read.arguments, default=str))
    return digest([FORMAT, read.service, read.operation, region, arguments, try_no])


def whole(reads: Iterable[Read]) -> Operations:
    """The operations that one of these reads asks for everything."""
    return frozenset((read.service, read.operation) for read in reads if not read.arguments)


def serving(read: Read, everything: Operations) -> Read:
    """The read whose pages hold what this one asks for: the same one, or the one that reads everything."""
    return Read(read.service, read.operation) if (read.service, read.operation) in everything else read


def arguments(read: Read) -> dict[str, Any]:
    """What is sent: the read's own arguments, in pages of a good size."""
    size = PAGE_SIZES.get((read.service, read.operation))
    paging = {"PaginationConfig": {"PageSize": size}} if size and read.arguments.keys() <= NARROWING else {}
    return {**read.arguments, **paging}
