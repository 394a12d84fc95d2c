"""How resources go away in moto's services where its CloudFormation types leave that out."""

from collections.abc import Callable
from typing import Any

from moto.ec2.models import ec2_backends
from moto.ecs.models import ecs_backends
from moto.elbv2.models import elbv2_backends
from moto.iam.models import iam_backends

from sandbox.cloudformation.records import Place, Resource

Erase = Callable[[Place, Resource], None]


def _ec2(act: Callable[[Any, Resource], Any]) -> Erase:
    return lambda place, resource: act(ec2_backends[place.account][place.region], resource)


def _ecs(act: Callable[[Any, Resource], Any]) -> Erase:
    return lambda place, resource: act(ecs_backends[place.account][place.region], resource)


def _elb(act: Callable[[Any, Resource], Any]) -> Erase:
    return lambda place, resource: act(elbv2_backends[place.account][place.region], resource)


def _erase_role(place: Place, resource: Resource) -> None:
    """CloudFormation takes a role's policies away before the role."""
    iam = iam_backends[place.account]["aws"]
    role = iam.get_role(resource.physical_id)
    role.policies.clear()
    for policy in list(role.managed_policies.values()):
        policy.detach_from(role)
    iam.delete_role(resource.physical_id)


def _remove_route(ec2: Any, resource: Resource) -> None:
    given = resource.properties
    ec2.delete_route(given["RouteTableId"], given.get("DestinationCidrBlock"), given.get("DestinationIpv6CidrBlock"))


def _detach_volume(ec2: Any, resource: Resource) -> None:
    given = resource.properties
    ec2.detach_volume(given["VolumeId"], given["InstanceId"], given.get("Device"))


def _detach(ec2: Any, resource: Resource) -> None:
    given = resource.properties
    if "InternetGatewayId" in given:
        ec2.detach_internet_gateway(given["InternetGatewayId"], given["VpcId"])


ERASE: dict[str, Erase] = {
    "AWS::EC2::EIP": _ec2(lambda ec2, r: ec2.release_address(allocation_id=r.model.allocation_id)),
    "AWS::EC2::InternetGateway": _ec2(lambda ec2, r: ec2.delete_internet_gateway(r.physical_id)),
    "AWS::EC2::NatGateway": _ec2(lambda ec2, r: ec2.delete_nat_gateway(r.physical_id)),
    "AWS::EC2::Route": _ec2(_remove_route),
    "AWS::EC2::RouteTable": _ec2(lambda ec2, r: ec2.delete_route_table(r.physical_id)),
    "AWS::EC2::SubnetRouteTableAssociation": _ec2(lambda ec2, r: ec2.disassociate_route_table(r.physical_id)),
    "AWS::EC2::VPCEndpoint": _ec2(lambda ec2, r: ec2.delete_vpc_endpoints([r.physical_id])),
    "AWS::EC2::VPCGatewayAttachment": _ec2(_detach),
    "AWS::EC2::VolumeAttachment": _ec2(_detach_volume),
    "AWS::EC2::Volume": _ec2(lambda ec2, r: ec2.delete_volume(r.physical_id)),
    "AWS::ECS::Cluster": _ecs(lambda ecs, r: ecs.delete_cluster(r.physical_id)),
    "AWS::ECS::Service": _ecs(lambda ecs, r: ecs.delete_service(r.properties.get("Cluster", "default"), r.name, True)),
    "AWS::ECS::TaskDefinition": _ecs(lambda ecs, r: ecs.deregister_task_definition(r.physical_id)),
    "AWS::ElasticLoadBalancingV2::Listener": _elb(lambda elb, r: elb.delete_listener(r.physical_id)),
    "AWS::ElasticLoadBalancingV2::ListenerRule": _elb(lambda elb, r: elb.delete_rule(r.physical_id)),
    "AWS::ElasticLoadBalancingV2::TargetGroup": _elb(lambda elb, r: elb.delete_target_group(r.physical_id)),
    "AWS::IAM::Role": _erase_role,
}
