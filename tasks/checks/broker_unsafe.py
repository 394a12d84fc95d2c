"""Redis and Valkey caches that a worker's queue should not rely on: one node, no failover, or keys that are evicted.

A broker holds jobs that are nowhere else. With a single node, or without automatic failover, it is gone with its host;
with a maxmemory-policy other than noeviction it drops jobs when its memory is full. A cache that holds no jobs may well
evict: name those that hold them in the limit. Memcached is left out.

AWS docs: Minimizing downtime in ElastiCache by using Multi-AZ with Valkey and Redis OSS; Valkey and Redis OSS
parameters (maxmemory-policy); DescribeCacheParameters.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Any

from pydantic import BaseModel, Field

from opsportal.checks import Check, Found, Read, Reader, Severity
from opsportal.words import gettext as _
from opsportal.words import gettext_noop, ngettext
from tasks.sweeps import caches
from tasks.sweeps.resources import Resource, found

GROUPS = Read("elasticache", "describe_replication_groups")
POLICY = "maxmemory-policy"
SAFE = "noeviction"


class Limits(BaseModel):
    names: str = Field(
        "*",
        max_length=100,
        title=gettext_noop("Brokers"),
        description=gettext_noop("Only caches whose name matches this are judged, such as *broker*."),
    )
    nodes: int = Field(
        2, ge=1, le=6, title=gettext_noop("Nodes"), description=gettext_noop("A shard has to have this many nodes.")
    )


@dataclass(frozen=True)
class Facts:
    """`nodes`: the fewest of a shard. `policy` None: not known."""

    resource: Resource
    nodes: int
    failover: bool
    policy: str | None = None


def gather(reader: Reader, limits: Limits) -> Iterator[Facts]:
    clusters = [each for each in caches.listed(reader) if each["Engine"] != "memcached"]
    parameters = {
        each["CacheClusterId"]: each.get("CacheParameterGroup", {}).get("CacheParameterGroupName", "")
        for each in clusters
    }
    judged = [
        (alone(each, reader.now), parameters[each["CacheClusterId"]])
        for each in clusters
        if not each.get("ReplicationGroupId")
    ]
    for page in reader.pages(GROUPS):
        for group in page["ReplicationGroups"]:
            members = [parameters.get(member, "") for member in group.get("MemberClusters", ())]
            judged.append((together(group, reader.now), next(filter(None, members), "")))
    policies = {name: policy(reader, name) for name in sorted({name for _, name in judged if name})}
    for facts, name in judged:
        yield replace(facts, policy=policies.get(name))


def alone(told: Mapping[str, Any], now: datetime) -> Facts:
    return Facts(Resource(told["ARN"], now, told["CacheClusterId"]), 1, False)


def together(told: Mapping[str, Any], now: datetime) -> Facts:
    shards = [len(each.get("NodeGroupMembers", ())) for each in told.get("NodeGroups", ())]
    nodes = min(shards, default=len(told.get("MemberClusters", ())))
    failover = told.get("AutomaticFailover", "disabled") in ("enabled", "enabling")
    return Facts(Resource(told["ARN"], now, told["ReplicationGroupId"]), nodes, failover)


def policy(reader: Reader, group: str) -> str | None:
    """The maxmemory-policy of a parameter group; None: AWS does not say one."""
    for page in reader.pages(Read("elasticache", "describe_cache_parameters", {"CacheParameterGroupName": group})):
        for each in page["Parameters"]:
            if each["ParameterName"] == POLICY:
                value: str | None = each.get("ParameterValue")
                return value
    return None


def judge(facts: Facts, limits: Limits) -> Found | None:
    if not fnmatchcase(facts.resource.name, limits.names):
        return None
    wrong = list(faults(facts, limits))
    if not wrong:
        return None
    detail, advice = (" ".join(parts) for parts in zip(*wrong, strict=True))
    return found(
        facts.resource,
        detail=detail,
        advice=advice,
        severity=severity(facts, limits),
        nodes=facts.nodes,
        failover=facts.failover,
        maxmemory_policy=facts.policy,
    )


def faults(facts: Facts, limits: Limits) -> Iterator[tuple[str, str]]:
    """What is wrong, and what to do about it."""
    if facts.nodes < limits.nodes:
        text = ngettext("A shard has {n} node.", "A shard has {n} nodes only.", facts.nodes)
        yield text.format(n=facts.nodes), _("Add a replica in another zone.")
    if not facts.failover:
        yield _("Automatic failover is off."), _("Turn on automatic failover.")
    if facts.policy is None:
        yield _("Whether it drops jobs when it is full is not known."), _("Look at its maxmemory-policy.")
    elif facts.policy != SAFE:
        text = _("When its memory is full it drops keys ({policy}), jobs too.")
        yield text.format(policy=facts.policy), _("Set maxmemory-policy to noeviction if it holds jobs.")


def severity(facts: Facts, limits: Limits) -> Severity | None:
    """One node or no failover is the check's own; the rest is less, or not known."""
    if facts.nodes < limits.nodes or not facts.failover:
        return None
    return "low" if facts.policy is None else "medium"


CHECK = Check(
    name="broker-unsafe",
    title=gettext_noop("Broker may lose jobs"),
    summary=gettext_noop("A Redis or Valkey cache has one node or no failover, or evicts keys."),
    group="reliability",
    severity="high",
    limits=Limits,
    gather=gather,
    judge=judge,
    reads=(GROUPS, caches.CLUSTERS),
    permissions=(
        "elasticache:DescribeCacheClusters",
        "elasticache:DescribeCacheParameters",
        "elasticache:DescribeReplicationGroups",
    ),
    guide=__doc__ or "",
)
