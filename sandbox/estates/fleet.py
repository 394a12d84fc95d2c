"""Instances and the addresses, gateways, endpoints and load balancers around them."""

from collections.abc import Sequence
from typing import Any

from moto.ec2.models.instance_types import INSTANCE_TYPES
from moto.ec2.utils import random_eip_association_id

from sandbox import ages
from sandbox.estates.site import Site, Tags, call, pairs

ROOT = {"DeviceName": "/dev/xvda", "Ebs": {"VolumeSize": 20, "VolumeType": "gp3", "DeleteOnTermination": True}}


def previous_generation(kind: str) -> bool:
    """As DescribeInstanceTypes says by CurrentGeneration."""
    return not INSTANCE_TYPES[kind]["CurrentGeneration"]


def instance(site: Site, image: str, kind: str, days: float, tags: Tags, stopped: float | None = None) -> Any:
    """Launched so many days ago with a 20 GiB root volume; stopped `stopped` days ago."""
    subnet = site.random.choice(site.subnets)
    made = {"instance_type": kind, "is_instance_type_default": True, "subnet_id": subnet.id}
    made |= {"region_name": site.place.region, "block_device_mappings": [ROOT], "tags": {"instance": dict(tags)}}
    row = site.ec2.run_instances(image, 1, None, [], **made).instances[0]
    row.launch_time = site.ago(days)
    for device, block in row.get_block_device_mapping:
        root = site.ec2.volumes[block.volume_id]
        root.create_time = root.attachment.attach_time = block.attach_time = row.launch_time
        root.throughput = 125
        site.ec2.tags[root.id] = dict(tags) | {"Device": device}
    if stopped is not None:
        ages.stop_instance(row, site.at(stopped))
    return row


def address(site: Site, tags: Tags, interface: Any = None, holder: Any = None) -> Any:
    """An Elastic IP address, associated with an interface (and its instance) if one is given.

    RFC 2544 keeps 198.18.0.0/15 for benchmarks.
    """
    first, second = divmod(len(site.ec2.addresses), 254)
    row = site.ec2.allocate_address("vpc", address=f"198.18.{first}.{second + 1}", tags=dict(tags))
    if interface is not None:
        row.eni, row.instance, row.association_id = interface, holder, random_eip_association_id()
        interface.public_ip = row.public_ip
    return row


def interface(site: Site, description: str) -> Any:
    """A network interface of its own, such as a load balancer's."""
    subnet = site.random.choice(site.subnets)
    return site.ec2.create_network_interface(subnet, subnet.get_available_subnet_ip(None), description=description)


def nat_gateway(site: Site, days: float, tags: Tags, subnet: Any = None) -> Any:
    """With an address of its own."""
    held = address(site, tags)
    where = (subnet or site.random.choice(site.subnets)).id
    row = site.ec2.create_nat_gateway(where, held.allocation_id, tags=dict(tags))
    row._created_at = site.ago(days)
    return row


def endpoint(site: Site, service: str, days: float, tags: Tags) -> Any:
    """An interface endpoint in every subnet."""
    name, subnets = f"com.amazonaws.{site.place.region}.{service}", [row.id for row in site.subnets]
    given = {"endpoint_type": "Interface", "route_table_ids": [], "subnet_ids": subnets, "tags": dict(tags)}
    row = call(site.ec2.create_vpc_endpoint, vpc_id=site.vpc, service_name=name, **given)
    row.creation_timestamp = site.ago(days)
    return row


def load_balancer(
    site: Site, name: str, days: float, tags: Tags, targets: Sequence[Any], kind: str = "application"
) -> Any:
    """With one listener on port 80 that forwards to one target group; the instances must run."""
    elb = site.backend("elbv2")
    subnets = [row.id for row in site.subnets]
    given = {"security_groups": [], "subnet_ids": subnets, "loadbalancer_type": kind, "tags": pairs(tags)}
    row = elb.create_load_balancer(name=name, **given)
    row.created_time, row.state = ages.written(site.at(days)), "active"
    group = target_group(site, name, tags, targets, "HTTP" if kind == "application" else "TCP")
    forward = [{"Type": "forward", "TargetGroupArn": group.arn}]
    protocol = "HTTP" if kind == "application" else "TCP"
    call(elb.create_listener, load_balancer_arn=row.arn, protocol=protocol, port="80", actions=forward)
    return row


def target_group(site: Site, name: str, tags: Tags, targets: Sequence[Any] = (), protocol: str = "HTTP") -> Any:
    elb = site.backend("elbv2")
    given = {"vpc_id": site.vpc, "protocol": protocol, "port": "80", "target_type": "instance", "tags": pairs(tags)}
    row = elb.create_target_group(name, **given)
    row.register([{"Id": target.id, "Port": 80} for target in targets])
    return row
