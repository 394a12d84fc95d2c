"""Finds ElastiCache clusters that no program connects to.

ElastiCache itself holds two to four connections to each node for monitoring. A replication group is judged as a whole:
it is idle when none of its nodes has more connections than the limit.

AWS docs: Amazon ElastiCache User Guide, Metrics for Valkey and Redis OSS (CurrConnections); Host-level metrics.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from opsportal.checks import Check, Found, Reader
from opsportal.words import gettext as _
from opsportal.words import gettext_noop
from tasks.sweeps import caches, metrics, money, tags
from tasks.sweeps.metrics import DAY, Metric, complete, midnight
from tasks.sweeps.money import Cost
from tasks.sweeps.resources import Resource, found

KIND = "elasticache:cluster"


class Limits(BaseModel):
    days: int = Field(
        7,
        ge=2,
        le=63,
        title=gettext_noop("Days"),
        description=gettext_noop("A cache is found when nobody connected for this long."),
    )
    connections: int = Field(
        4,
        ge=0,
        le=10_000,
        title=gettext_noop("Connections"),
        description=gettext_noop(
            "Up to this many at once to a node do not count: ElastiCache itself holds up to four."
        ),
    )


@dataclass(frozen=True)
class Facts:
    """A replication group, or a cluster of its own. `connections`: the most at once to a node in the days; None: not
    measured for the whole time. `available`: all of its clusters are.
    """

    resource: Resource
    kind: str
    engine: str
    nodes: int
    made: datetime
    cost: Cost
    connections: float | None
    available: bool = True


def gather(reader: Reader, limits: Limits) -> Iterator[Facts]:
    groups: dict[str, list[tuple[Mapping[str, Any], float | None]]] = {}
    made = (told for told in caches.listed(reader) if told.get("CacheClusterCreateTime"))
    wanted = ((told, (connections(told),)) for told in made)
    for told, (open_,) in complete(reader, wanted, midnight(reader.now, limits.days)):
        most = max(open_.values) if open_.covers(limits.days) else None
        groups.setdefault(told.get("ReplicationGroupId") or told["CacheClusterId"], []).append((told, most))
    held = tags.of_kind(reader, KIND)
    for name, members in groups.items():
        yield facts(reader, name, [told for told, _most in members], [most for _told, most in members], held)


def connections(told: Mapping[str, Any]) -> Metric:
    """The most at once to a node on each day."""
    return Metric("AWS/ElastiCache", "CurrConnections", {"CacheClusterId": told["CacheClusterId"]}, "Maximum", DAY)


def facts(
    reader: Reader,
    name: str,
    clusters: Sequence[Mapping[str, Any]],
    most: Sequence[float | None],
    held: Mapping[str, dict[str, str]],
) -> Facts:
    kind, engine = clusters[0]["CacheNodeType"], clusters[0]["Engine"]
    nodes = sum(told.get("NumCacheNodes", 1) for told in clusters)
    known = [each for each in most if each is not None]
    return Facts(
        resource=Resource(name, reader.now, tags=held.get(clusters[0].get("ARN", ""), {})),
        kind=kind,
        engine=engine,
        nodes=nodes,
        made=max(told["CacheClusterCreateTime"] for told in clusters),
        cost=money.hourly(reader.price("elasticache", f"{kind}.{engine}"), nodes),
        connections=max(known) if len(known) == len(most) else None,
        available=all(told["CacheClusterStatus"] == "available" for told in clusters),
    )


def judge(facts: Facts, limits: Limits) -> Found | None:
    if not facts.available or facts.resource.days(facts.made) < limits.days:
        return None
    if facts.connections is None or facts.connections > limits.connections:
        return None
    told = _(
        "A node had at most {n} connections in {days} days, those of ElastiCache itself included ({nodes} × {kind})."
    )
    n = round(facts.connections)
    return found(
        facts.resource,
        detail=told.format(n=n, days=limits.days, nodes=facts.nodes, kind=facts.kind),
        advice=_("Take a snapshot if its content matters, then delete it."),
        cost=facts.cost,
        kind=facts.kind,
        engine=facts.engine,
        nodes=facts.nodes,
        connections=n,
        days=limits.days,
    )


CHECK = Check(
    name="elasticache-idle",
    title=gettext_noop("Idle cache"),
    summary=gettext_noop("No program connects to an ElastiCache cluster."),
    group="cost",
    severity="medium",
    limits=Limits,
    gather=gather,
    judge=judge,
    reads=(caches.CLUSTERS, tags.reading(KIND)),
    permissions=("elasticache:DescribeCacheClusters", *metrics.PERMISSIONS, *tags.PERMISSIONS),
    guide=__doc__ or "",
)
