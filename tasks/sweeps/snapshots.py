"""EBS snapshots as DescribeSnapshots tells them, with whether their volume and an image still need them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from opsportal.checks import Read, Reader

from . import images, money, tags, volumes
from .resources import GIB, Resource

OWN = Read("ec2", "describe_snapshots", {"OwnerIds": ["self"]})
READS = (OWN, images.OWN, volumes.reading())
PERMISSIONS = ("ec2:DescribeImages", "ec2:DescribeSnapshots", "ec2:DescribeVolumes")
COPIED = "vol-ffffffff"  # what AWS says of a copy instead of a volume. EC2 API Reference: Snapshot


@dataclass(frozen=True)
class Snapshot:
    """`gib`: the most it can hold. `volume_gone`: False too where AWS does not say its volume. `in_image`: a registered
    image is made of it. `kept_by_backup`: AWS Backup or Data Lifecycle Manager keeps it.
    """

    resource: Resource
    volume: str
    gib: float
    made: datetime
    cost: money.Cost
    done: bool = True
    volume_gone: bool = False
    in_image: bool = False
    kept_by_backup: bool = False


def snapshots(reader: Reader) -> Iterator[Snapshot]:
    """Those the account owns; of volumes and images only the ids are held in memory."""
    in_images = {
        each for page in reader.pages(images.OWN) for image in page["Images"] for each in images.snapshots(image)
    }
    there = {each["VolumeId"] for page in reader.pages(volumes.reading()) for each in page["Volumes"]}
    for page in reader.pages(OWN):
        for told in page["Snapshots"]:
            yield snapshot(told, reader, there, in_images)


def snapshot(told: Mapping[str, Any], reader: Reader, there: set[str], in_images: set[str]) -> Snapshot:
    held, volume = tags.plain(told.get("Tags")), told.get("VolumeId", COPIED)
    gib = size(told)
    return Snapshot(
        resource=Resource(told["SnapshotId"], reader.now, tags.name(held), held),
        volume=volume,
        gib=gib,
        made=told["StartTime"],
        cost=money.snapshot(reader.price, gib, told.get("StorageTier") == "archive"),
        done=told["State"] == "completed",
        volume_gone=volume != COPIED and volume not in there,
        in_image=told["SnapshotId"] in in_images,
        kept_by_backup=tags.kept_by_backup(held),
    )


def size(told: Mapping[str, Any]) -> float:
    """GiB that its blocks can be at most: those of the volume that were written where AWS says so, or the volume's."""
    written = told.get("FullSnapshotSizeInBytes")
    return min(float(told["VolumeSize"]), written / GIB) if written else float(told["VolumeSize"])
