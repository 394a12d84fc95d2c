"""What holds burst credits: instances, databases and cache nodes of burstable types, and volumes, each with its metric.

RDS T3 and T4g work in unlimited mode, ElastiCache nodes in standard mode. AWS docs: Amazon RDS DB instance classes;
Supported node types (ElastiCache); Amazon EBS General Purpose SSD volumes.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from opsportal.checks import Reader

from . import burstables, caches, databases, instances, tags, volumes
from .burstables import Burst
from .metrics import Metric
from .resources import Resource

SMALL_GP2 = 1000  # GiB: a larger gp2 volume's baseline is what others burst to

VOLUMES = volumes.reading(status=["in-use"], volume_type=["gp2", "st1", "sc1"])
READS = (burstables.RUNNING, databases.ALL, caches.CLUSTERS, VOLUMES)

Kind = Literal["instance", "database", "node", "volume"]


@dataclass(frozen=True)
class Holder:
    """What holds a balance of credits. `unlimited` None: not asked for. `since`: its start. `linux`: what the list
    prices are of.
    """

    kind: Kind
    resource: Resource
    size: str
    since: datetime | None
    unlimited: bool | None = None
    linux: bool = True

    @property
    def burst(self) -> Burst | None:
        return burstables.burst(self.size)


def holders(reader: Reader) -> Iterator[tuple[Holder, Metric]]:
    """All that holds credits, each with the metric of its balance."""
    for instance in burstables.running(reader):
        key, held = instance["InstanceId"], tags.plain(instance.get("Tags"))
        resource = Resource(key, reader.now, tags.name(held), held)
        size, since, linux = instance["InstanceType"], instance["LaunchTime"], instances.is_linux(instance)
        yield (
            Holder("instance", resource, size, since, linux=linux),
            Metric("AWS/EC2", "CPUCreditBalance", {"InstanceId": key}),
        )
    yield from in_databases(reader)
    yield from in_caches(reader)
    yield from in_volumes(reader)


def in_databases(reader: Reader) -> Iterator[tuple[Holder, Metric]]:
    for each in databases.listed(reader):
        size, key = each["DBInstanceClass"], each["DBInstanceIdentifier"]
        if burstables.burst(size) and each["DBInstanceStatus"] == "available":
            resource = Resource(each["DBInstanceArn"], reader.now, key, tags.plain(each.get("TagList")))
            unlimited = not size.startswith("db.t2.")
            holder = Holder("database", resource, size, each.get("InstanceCreateTime"), unlimited)
            yield holder, Metric("AWS/RDS", "CPUCreditBalance", {"DBInstanceIdentifier": key})


def in_caches(reader: Reader) -> Iterator[tuple[Holder, Metric]]:
    """The nodes of caches; ElastiCache numbers them from 0001."""
    for each in caches.listed(reader):
        if not burstables.burst(each["CacheNodeType"]) or each["CacheClusterStatus"] != "available":
            continue
        for number in range(1, each["NumCacheNodes"] + 1):
            place = {"CacheClusterId": each["CacheClusterId"], "CacheNodeId": f"{number:04d}"}
            resource = Resource(f"{each['ARN']}/{number:04d}", reader.now, each["CacheClusterId"])
            holder = Holder("node", resource, each["CacheNodeType"], each.get("CacheClusterCreateTime"), False)
            yield holder, Metric("AWS/ElastiCache", "CPUCreditBalance", place)


def in_volumes(reader: Reader) -> Iterator[tuple[Holder, Metric]]:
    for page in reader.pages(VOLUMES):
        for each in page["Volumes"]:
            kind, key = each["VolumeType"], each["VolumeId"]
            bursts = kind in ("st1", "sc1") or (kind == "gp2" and each["Size"] < SMALL_GP2)
            if bursts and each["State"] == "in-use":
                held = tags.plain(each.get("Tags"))
                resource, size = Resource(key, reader.now, tags.name(held), held), f"{kind}, {each['Size']} GiB"
                holder = Holder("volume", resource, size, each["CreateTime"], False)
                yield holder, Metric("AWS/EBS", "BurstBalance", {"VolumeId": key})
