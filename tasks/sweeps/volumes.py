"""EBS volumes as DescribeVolumes tells them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from typing import Any

from opsportal.checks import Read, Reader

from . import money, tags
from .filters import filters
from .resources import Resource


@dataclass(frozen=True)
class Volume:
    """`gib`: its size. `iops`, `throughput` (MiB/s): as AWS says them, which for gp2 and magnetic is no provision."""

    resource: Resource
    kind: str
    state: str
    gib: int
    made: datetime
    iops: int = 0
    throughput: int = 0
    instances: tuple[str, ...] = ()


def reading(**wanted: list[str]) -> Read:
    """DescribeVolumes narrowed by filters, `volume_type=["gp2"]` and the like."""
    return Read("ec2", "describe_volumes", {"Filters": filters(**wanted)} if wanted else {})


def volumes(reader: Reader, read: Read) -> Iterator[Volume]:
    for page in reader.pages(read):
        for told in page["Volumes"]:
            yield volume(told, reader.now)


def volume(told: Mapping[str, Any], now: datetime) -> Volume:
    held = tags.plain(told.get("Tags"))
    return Volume(
        resource=Resource(told["VolumeId"], now, tags.name(held), held),
        kind=told["VolumeType"],
        state=told["State"],
        gib=told["Size"],
        made=told["CreateTime"],
        iops=told.get("Iops") or 0,
        throughput=told.get("Throughput") or 0,
        instances=tuple(each["InstanceId"] for each in told.get("Attachments", ()) if each.get("InstanceId")),
    )


def sustained(gib: int) -> tuple[int, int]:
    """IOPS and MiB/s that a gp2 volume keeps up without credits, at least what gp3 has anyway."""
    throughput = 125 if gib <= 170 else min(250, max(125, ceil(gib * 3 / 4)))
    return min(16_000, max(3_000, gib * 3)), throughput


def cost(of: money.PriceOf, volume: Volume) -> money.Cost:
    return money.volume(of, volume.kind, volume.gib, volume.iops, volume.throughput)
