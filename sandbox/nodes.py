"""Clusters of caches, those inside replication groups among them. ElastiCache API Reference: DescribeCacheClusters."""

from typing import Any

from moto.elasticache.models import elasticache_backends

from sandbox.cloudformation.errors import Refused
from sandbox.cloudformation.records import Json
from sandbox.cloudformation.requests import Request
from sandbox.paging import page

MOST = 100
PRESENT = {"redis": "default.redis7", "valkey": "default.valkey8", "memcached": "default.memcached1.6"}


def describe_cache_clusters(request: Request) -> Json:
    backend, wanted = elasticache_backends[request.place.account][request.place.region], request.get("CacheClusterId")
    rows: list[tuple[str, Any, Json]] = [(row.cache_cluster_id, row, {}) for row in backend.cache_clusters.values()]
    if not request.get("ShowCacheClustersNotInReplicationGroups"):
        rows += [member for group in backend.replication_groups.values() for member in _members(group)]
    found = [_described(request, *row) for row in rows if wanted in (None, row[0])]
    if wanted and not found:
        raise Refused("CacheClusterNotFound", f"CacheCluster not found: {wanted}", 404)
    return page(found, "CacheClusters", most(request), request.get("Marker"), bad_marker, "Marker")


def _members(group: Any) -> list[tuple[str, Any, Json]]:
    zones = {
        member["cache_cluster_id"]: member.get("preferred_availability_zone", "")
        for node_group in group.node_groups
        for member in node_group["node_group_members"]
    }
    own = {"ReplicationGroupId": group.replication_group_id}
    return [(name, group, own | {"PreferredAvailabilityZone": zones[name]}) for name in group.member_clusters]


def _described(request: Request, name: str, row: Any, own: Json) -> Json:
    group = row.cache_parameter_group_name or PRESENT.get(row.engine, PRESENT["redis"])
    count = getattr(row, "num_cache_nodes", 1) or 1
    found: Json = {
        "CacheClusterId": name,
        "CacheNodeType": row.cache_node_type or "cache.t4g.micro",
        "Engine": row.engine,
        "EngineVersion": row.engine_version or "7.1",
        "CacheClusterStatus": getattr(row, "cache_cluster_status", "available"),
        "CacheClusterCreateTime": _made(row),
        "NumCacheNodes": count,
        "CacheParameterGroup": {"CacheParameterGroupName": group, "ParameterApplyStatus": "in-sync"},
        "SnapshotRetentionLimit": row.snapshot_retention_limit,
        "ARN": f"arn:aws:elasticache:{request.place.region}:{request.place.account}:cluster:{name}",
    }
    zone = getattr(row, "preferred_availability_zone", None) or f"{request.place.region}a"
    placed = found | {"PreferredAvailabilityZone": zone, "CacheSubnetGroupName": row.cache_subnet_group_name} | own
    return placed | ({"CacheNodes": _nodes(placed, row.port)} if request.get("ShowCacheNodeInfo") else {})


def _nodes(cluster: Json, port: int) -> list[Json]:
    """Numbered from 0001, which is the CacheNodeId of CloudWatch's metrics."""
    told = {
        "CacheNodeStatus": "available",
        "CacheNodeCreateTime": cluster["CacheClusterCreateTime"],
        "CustomerAvailabilityZone": cluster["PreferredAvailabilityZone"],
        "Endpoint": {"Address": f"{cluster['CacheClusterId']}.cache.amazonaws.com", "Port": port},
    }
    return [{"CacheNodeId": f"{number:04d}"} | told for number in range(1, cluster["NumCacheNodes"] + 1)]


def _made(row: Any) -> Any:
    return getattr(row, "cache_cluster_create_time", None) or row.replication_group_create_time


def most(request: Request) -> int:
    """MaxRecords of ElastiCache's lists."""
    given = int(request.get("MaxRecords", MOST))
    if not 20 <= given <= MOST:
        raise Refused("InvalidParameterValue", f"Invalid value {given} for MaxRecords. Must be between 20 and {MOST}")
    return given


def bad_marker(text: str) -> Refused:
    return Refused("InvalidParameterValue", text)
