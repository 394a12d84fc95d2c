"""ElastiCache: the nodes of a cluster, and clusters of replication groups.

AWS docs: DescribeCacheClusters, Amazon ElastiCache API Reference.
"""

from collections.abc import Callable
from typing import Any

from moto.core.responses import PaginatedResult
from moto.elasticache.responses import ElastiCacheResponse

from sandbox.replacing import put


def _describe(whole: Callable[[Any], Any]) -> Callable[[Any], PaginatedResult]:
    def answer(response: Any) -> PaginatedResult:
        rows = whole(response).result["CacheClusters"]
        if response._get_bool_param("ShowCacheClustersNotInReplicationGroups"):
            rows = [row for row in rows if not getattr(row, "replication_group_id", None)]
        shown = response._get_bool_param("ShowCacheNodeInfo")
        for row in rows:
            row.cache_nodes = _nodes(row) if shown else None
        return PaginatedResult({"CacheClusters": rows})

    return answer


def _nodes(cluster: Any) -> list[dict[str, Any]]:
    """Numbered from 0001, which is the CacheNodeId of CloudWatch's metrics."""
    zone, born = cluster.preferred_availability_zone, cluster.cache_cluster_create_time
    host = f"{cluster.cache_cluster_id}.cache.amazonaws.com"
    return [
        {
            "CacheNodeId": f"{number:04}",
            "CacheNodeStatus": "available",
            "CacheNodeCreateTime": born,
            "Endpoint": {"Address": host, "Port": cluster.port},
            "CustomerAvailabilityZone": zone,
        }
        for number in range(1, cluster.num_cache_nodes + 1)
    ]


def replace() -> None:
    put(ElastiCacheResponse, describe_cache_clusters=_describe(ElastiCacheResponse.describe_cache_clusters))
