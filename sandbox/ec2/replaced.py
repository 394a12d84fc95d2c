"""Which of moto's methods for EC2 ours replace."""

from moto.ec2.models.elastic_block_store import VolumeModification
from moto.ec2.models.elastic_ip_addresses import ElasticAddressBackend
from moto.ec2.models.instances import Instance, InstanceBackend
from moto.ec2.models.nat_gateways import NatGatewayBackend
from moto.ec2.models.tags import TagBackend
from moto.ec2.responses import EC2Response

from sandbox.ec2 import addresses, instances, listings, modifications, nat, power, storage, tags
from sandbox.replacing import put

TEMPLATES = {
    "describe_launch_template_versions": "LaunchTemplateVersions",
    "describe_launch_templates": "LaunchTemplates",
}


def replace() -> None:
    own = {
        "describe_addresses": listings.describe_addresses,
        "describe_images": listings.without_disabled(EC2Response.describe_images),
        "describe_instances": instances.describe_instances,
        "describe_nat_gateways": nat.describe_nat_gateways,
        "describe_snapshots": storage.describe_snapshots,
        "describe_volumes": storage.describe_volumes,
        "describe_vpc_endpoints": listings.describe_vpc_endpoints,
        "modify_volume": modifications.modify_volume(EC2Response.modify_volume),
        "start_instances": power.start_instances,
        "stop_instances": power.stop_instances,
    }
    put(EC2Response, **own)
    put(VolumeModification, modification_state=property(modifications.state), progress=property(modifications.progress))
    put(EC2Response, **{name: listings.launch_templates(_whole(name), key) for name, key in TEMPLATES.items()})
    put(EC2Response, **{name: listings.paged(_whole(name), *how) for name, how in listings.PAGED.items()})
    put(ElasticAddressBackend, address_by_ip=addresses.address_by_ip)
    put(TagBackend, describe_tags=tags.describe_tags)
    put(NatGatewayBackend, delete_nat_gateway=nat.delete_nat_gateway)
    put(InstanceBackend, get_instance=instances.get_instance, get_instance_by_id=instances.get_instance_by_id)
    put(Instance, stop=instances.in_gmt(Instance.stop), terminate=instances.in_gmt(Instance.terminate))


def _whole(name: str) -> listings.Answer:
    found: listings.Answer = getattr(EC2Response, name)
    return found
