"""Tags of EC2 found by their resource: moto looks through every tag of the region for each row it shows."""

import re
from collections.abc import Mapping
from typing import Any

from moto.ec2.utils import EC2_PREFIX_TO_RESOURCE, get_prefix, simple_aws_filter_to_re

KEYS = {"key": "key", "value": "value", "resource-type": "resource_type", "resource-id": "resource_id"}


def describe_tags(backend: Any, filters: Mapping[str, list[str]] | None = None) -> list[dict[str, str]]:
    """In the place of TagBackend.describe_tags: rows of `resource_id`, `key`, `value`, `resource_type`."""
    wanted = {KEYS[name]: values for name, values in (filters or {}).items() if name in KEYS}
    ids = wanted.get("resource_id", ["*"])
    if any(re.search(r"[*?]", ident) for ident in ids):
        ids = list(backend.tags)
    else:
        del wanted["resource_id"]
    tests = [(name, _accepted(values)) for name, values in wanted.items()]
    found = [row for ident in dict.fromkeys(ids) for row in _rows(backend, ident)]
    return [row for row in found if all(accepted.match(row[name]) for name, accepted in tests)]


def _rows(backend: Any, ident: str) -> list[dict[str, str]]:
    tags = backend.tags.get(ident)
    if not tags:
        return []
    kind = EC2_PREFIX_TO_RESOURCE.get(get_prefix(ident), "")
    return [{"resource_id": ident, "key": key, "value": value, "resource_type": kind} for key, value in tags.items()]


def _accepted(values: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(simple_aws_filter_to_re(value) for value in values))
