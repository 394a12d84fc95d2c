"""ElastiCache's parameter groups: AWS's own by engine, and those an account makes.

ElastiCache API Reference: DescribeCacheParameters, CreateCacheParameterGroup; User Guide: Redis OSS and Valkey
parameters.
"""

from collections.abc import Callable

from sandbox.cloudformation.errors import Refused
from sandbox.cloudformation.records import Json
from sandbox.cloudformation.requests import Request
from sandbox.nodes import bad_marker, describe_cache_clusters, most
from sandbox.paging import page
from sandbox.seeded import ParameterGroup

FAMILIES = ("redis4.0", "redis5.0", "redis6.x", "redis7", "valkey7", "valkey8", "memcached1.6")
POLICIES = "volatile-lru,allkeys-lru,volatile-lfu,allkeys-lfu,volatile-random,allkeys-random,volatile-ttl,noeviction"
# name: default, type, allowed values, modifiable
REDIS = {
    "maxmemory-policy": ("volatile-lru", "string", POLICIES, True),
    "appendonly": ("no", "string", "yes,no", False),
    "cluster-enabled": ("no", "string", "yes,no", True),
    "maxmemory-samples": ("3", "integer", "1-", True),
    "notify-keyspace-events": ("", "string", "", True),
    "reserved-memory-percent": ("25", "integer", "0-100", True),
    "tcp-keepalive": ("300", "integer", "0-", True),
    "timeout": ("0", "integer", "0,20-", True),
}
MEMCACHED = {
    "max_item_size": ("1048576", "integer", "1-", True),
    "cas_disabled": ("0", "boolean", "0,1", True),
    "idle_timeout": ("0", "integer", "0-", True),
}


def _of(request: Request) -> dict[str, ParameterGroup]:
    plain = [_default(family, "", {}) for family in FAMILIES]
    clustered = [_default(family, ".cluster.on", {"cluster-enabled": "yes"}) for family in FAMILIES]
    defaults = {group.name: group for group in plain + clustered}
    return defaults | request.world.seeded.cache_parameters.setdefault(request.place, {})


def _default(family: str, suffix: str, values: dict[str, str]) -> ParameterGroup:
    return ParameterGroup(f"default.{family}{suffix}", family, f"Default parameter group for {family}{suffix}", values)


def _found(request: Request) -> ParameterGroup:
    name = request.get("CacheParameterGroupName", "")
    found = _of(request).get(name)
    if found is None:
        raise Refused("CacheParameterGroupNotFound", f"CacheParameterGroup {name} not found.", 404)
    return found


def describe_cache_parameters(request: Request) -> Json:
    """`Source` user, system or engine-default tells who set a value."""
    group, wanted = _found(request), request.get("Source")
    every = [_parameter(group, name) for name in _table(group.family)]
    found = [one for one in every if wanted in (None, one["Source"])]
    return page(found, "Parameters", most(request), request.get("Marker"), bad_marker, "Marker")


def _table(family: str) -> dict[str, tuple[str, str, str, bool]]:
    return MEMCACHED if family.startswith("memcached") else REDIS


def _parameter(group: ParameterGroup, name: str) -> Json:
    default, kind, allowed, modifiable = _table(group.family)[name]
    own = group.values.get(name)
    return {
        "ParameterName": name,
        "ParameterValue": default if own is None else own,
        "Source": "system" if own is None else "user",
        "DataType": kind,
        "AllowedValues": allowed,
        "IsModifiable": modifiable,
        "ChangeType": "immediate",
    }


def describe_cache_parameter_groups(request: Request) -> Json:
    wanted = [_found(request)] if request.get("CacheParameterGroupName") else list(_of(request).values())
    found = [_described(request, group) for group in wanted]
    return page(found, "CacheParameterGroups", most(request), request.get("Marker"), bad_marker, "Marker")


def _described(request: Request, group: ParameterGroup) -> Json:
    arn = f"arn:aws:elasticache:{request.place.region}:{request.place.account}:parametergroup:{group.name}"
    names = {"CacheParameterGroupName": group.name, "CacheParameterGroupFamily": group.family}
    return names | {"Description": group.description, "IsGlobal": False, "ARN": arn}


def create_cache_parameter_group(request: Request) -> Json:
    name, family = request.given["CacheParameterGroupName"], request.given["CacheParameterGroupFamily"]
    if name in _of(request):
        raise Refused("CacheParameterGroupAlreadyExists", f"CacheParameterGroup {name} already exists.")
    if family not in FAMILIES:
        text = f"CacheParameterGroupFamily {family} is not a valid parameter group family."
        raise Refused("InvalidParameterValue", text)
    group = ParameterGroup(name, family, request.get("Description", ""))
    request.world.seeded.cache_parameters[request.place][name] = group
    return {"CacheParameterGroup": _described(request, group)}


def modify_cache_parameter_group(request: Request) -> Json:
    group = _found(request)
    if group.name.startswith("default."):
        text = "Default CacheParameterGroups cannot be modified."
        raise Refused("InvalidParameterValue", text)
    for one in request.get("ParameterNameValues", []):
        if one["ParameterName"] not in _table(group.family):
            raise Refused("InvalidParameterValue", f"Could not find parameter with name: {one['ParameterName']}")
        group.values[one["ParameterName"]] = one["ParameterValue"]
    return {"CacheParameterGroupName": group.name}


def delete_cache_parameter_group(request: Request) -> Json:
    group = _found(request)
    request.world.seeded.cache_parameters[request.place].pop(group.name, None)
    return {}


ACTIONS: dict[str, Callable[[Request], Json]] = {
    "CreateCacheParameterGroup": create_cache_parameter_group,
    "DeleteCacheParameterGroup": delete_cache_parameter_group,
    "DescribeCacheClusters": describe_cache_clusters,
    "DescribeCacheParameterGroups": describe_cache_parameter_groups,
    "DescribeCacheParameters": describe_cache_parameters,
    "ModifyCacheParameterGroup": modify_cache_parameter_group,
}
