"""Which of moto's methods for EC2 ours replace."""

from moto.ec2.models.instances import Instance, InstanceBackend
from moto.ec2.models.nat_gateways import NatGatewayBackend
from moto.ec2.models.tags import TagBackend
from moto.ec2.responses import EC2Response

from sandbox.ec2 import instances, listings, nat, storage, tags

OURS = {
    "describe_instances": instances.describe_instances,
    "describe_nat_gateways": nat.describe_nat_gateways,
    "describe_snapshots": storage.describe_snapshots,
    "describe_volumes": storage.describe_volumes,
    "describe_vpc_endpoints": listings.describe_vpc_endpoints,
}
TEMPLATES = {
    "describe_launch_template_versions": "LaunchTemplateVersions",
    "describe_launch_templates": "LaunchTemplates",
}


def replace() -> None:
    """For all accounts of this process; once."""
    EC2Response.describe_images = listings.without_disabled(EC2Response.describe_images)
    EC2Response.describe_addresses = listings.describe_addresses(EC2Response.describe_addresses)
    for name, key in TEMPLATES.items():
        setattr(EC2Response, name, listings.launch_templates(getattr(EC2Response, name), key))
    for name, (key, bounds, ids) in listings.PAGED.items():
        setattr(EC2Response, name, listings.paged(getattr(EC2Response, name), key, bounds, ids))
    for name, method in OURS.items():
        setattr(EC2Response, name, method)
    TagBackend.describe_tags = tags.describe_tags
    NatGatewayBackend.delete_nat_gateway = nat.delete_nat_gateway
    InstanceBackend.get_instance = instances.get_instance
    InstanceBackend.get_instance_by_id = instances.get_instance_by_id
    Instance.stop, Instance.terminate = instances.in_gmt(Instance.stop), instances.in_gmt(Instance.terminate)
