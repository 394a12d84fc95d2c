"""Volumes, snapshots and images, as rows of moto's EC2."""

from typing import Any

from moto.ec2.models.amis import Ami
from moto.ec2.models.block_device import BlockDeviceType
from moto.ec2.models.elastic_block_store import Snapshot, Volume, VolumeAttachment
from moto.ec2.utils import random_ami_id, random_snapshot_id, random_volume_id

from sandbox.estates.site import Site, Tags

# mypy takes moto's rows for abstract
NewVolume: Any = Volume
NewAttachment: Any = VolumeAttachment
SHAPE: dict[str, Any] = {
    "architecture": "x86_64",
    "hypervisor": "xen",
    "root_device_name": "/dev/xvda",
    "root_device_type": "ebs",
    "virtualization_type": "hvm",
}


def gp2_iops(size: int) -> int:
    """AWS docs: "General Purpose SSD volumes", Amazon EBS User Guide: 3 a GiB, at least 100, at most 16,000."""
    return max(100, min(3 * size, 16_000))


def volume(site: Site, size: int, kind: str, days: float, tags: Tags, iops: int | None = None) -> Any:
    """`size` in GiB, made so many days ago, not attached."""
    speeds = {"gp2": gp2_iops(size), "gp3": iops or 3000}
    zone = site.random.choice(site.zones)
    row = NewVolume(site.ec2, random_volume_id(), size, zone, volume_type=kind, iops=speeds.get(kind, iops))
    row.throughput = 125 if kind == "gp3" else None
    row.create_time = site.ago(days)
    site.ec2.volumes[row.id] = row
    site.ec2.tags[row.id] = dict(tags)
    return row


def attach(site: Site, row: Any, instance: Any, device: str) -> None:
    row.zone = site.ec2.get_zone_by_name(instance.availability_zone)
    row.attachment = NewAttachment(row, instance, device, "attached")
    row.attachment.attach_time = row.create_time
    times = {"attach_time": row.create_time, "size": row.size, "delete_on_termination": False}
    instance.block_device_mapping[device] = BlockDeviceType(volume_id=row.id, status="in-use", **times)


def deleted_volume(site: Site, size: int) -> Any:
    """A volume that is gone, which its snapshots still name."""
    return NewVolume(site.ec2, random_volume_id(), size, site.zones[0], volume_type="gp3", iops=3000)


def snapshot(site: Site, of: Any, days: float, tags: Tags, description: str = "Nightly backup") -> Any:
    row = Snapshot(site.ec2, random_snapshot_id(), of, description, encrypted=of.encrypted)
    row.start_time = site.ago(days)
    site.ec2.snapshots[row.id] = row
    site.ec2.tags[row.id] = dict(tags)
    return row


def image(site: Site, name: str, days: float, tags: Tags) -> Any:
    """An image of this account, with its snapshot."""
    row = Ami(site.ec2, random_ami_id(), name=name, region_name=site.zones[0].name, **SHAPE)
    row.creation_date = row.ebs_snapshot.start_time = site.ago(days)
    row.image_location = f"{site.place.account}/{name}"
    site.ec2.amis[row.id] = row
    site.ec2.tags[row.id] = dict(tags)
    return row
