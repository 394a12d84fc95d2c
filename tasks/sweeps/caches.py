"""ElastiCache clusters as DescribeCacheClusters tells them."""

from collections.abc import Iterator
from typing import Any

from opsportal.checks import Read, Reader

CLUSTERS = Read("elasticache", "describe_cache_clusters")


def listed(reader: Reader) -> Iterator[dict[str, Any]]:
    """The nodes of a replication group are clusters of their own here."""
    for page in reader.pages(CLUSTERS):
        yield from page["CacheClusters"]
