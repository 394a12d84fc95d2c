"""What moto's CloudFormation types leave out and its services can do: makers and changes.

Each function works on the resource's evaluated properties, with values in the types of its schema.
"""

import json
from collections.abc import Callable
from typing import Any

from moto.autoscaling.models import autoscaling_backends
from moto.core.utils import pascal_to_camelcase, remap_nested_keys
from moto.ec2.models import ec2_backends
from moto.ecs.models import ecs_backends
from moto.elbv2.models import elbv2_backends
from moto.iam.models import iam_backends
from moto.logs.models import logs_backends

from sandbox import policies, remembering
from sandbox.cloudformation.records import Json, Place, Resource

Make = Callable[[Place, Resource, Json], Any]
Change = Callable[[Place, Resource, Json], None]


def _camel(value: Any) -> Any:
    return None if value is None else remap_nested_keys(value, pascal_to_camelcase)


def _ecs_service(place: Place, resource: Resource, given: Json) -> Any:
    service = ecs_backends[place.account][place.region].create_service(
        cluster_str=given.get("Cluster", "default"),
        service_name=resource.name,
        desired_count=given.get("DesiredCount", 1),
        task_definition_str=given.get("TaskDefinition"),
        load_balancers=_camel(given.get("LoadBalancers")),
        launch_type=given.get("LaunchType", "FARGATE" if "CapacityProviderStrategy" in given else None),
        platform_version=given.get("PlatformVersion"),
        network_configuration=_camel(given.get("NetworkConfiguration")),
        tags=_camel(given.get("Tags")),
    )
    configuration = _camel(given.get("DeploymentConfiguration"))
    remembering.keep_deployment(service, configuration, given.get("HealthCheckGracePeriodSeconds"))
    return service


def _task_definition(place: Place, resource: Resource, given: Json) -> Any:
    return ecs_backends[place.account][place.region].register_task_definition(
        family=given.get("Family", resource.name),
        container_definitions=_camel(given.get("ContainerDefinitions", [])),
        volumes=_camel(given.get("Volumes")),
        network_mode=given.get("NetworkMode"),
        tags=_camel(given.get("Tags")),
        cpu=given.get("Cpu"),
        memory=given.get("Memory"),
        task_role_arn=given.get("TaskRoleArn"),
        execution_role_arn=given.get("ExecutionRoleArn"),
        requires_compatibilities=given.get("RequiresCompatibilities"),
    )


MAKE: dict[str, Make] = {"AWS::ECS::Service": _ecs_service, "AWS::ECS::TaskDefinition": _task_definition}


def _associate(place: Place, resource: Resource, given: Json) -> None:
    ec2 = ec2_backends[place.account][place.region]
    resource.physical_id = ec2.associate_route_table(given["RouteTableId"], subnet_id=given["SubnetId"])


def _set_rules(place: Place, resource: Resource, given: Json) -> None:
    ec2, group = ec2_backends[place.account][place.region], resource.model
    group.ingress_rules = []
    for rule in given.get("SecurityGroupIngress") or []:
        ec2.authorize_security_group_ingress(group.id, **_rule(rule, "Source"))
    if "SecurityGroupEgress" in given:
        group.egress_rules = []
        for rule in given["SecurityGroupEgress"]:
            ec2.authorize_security_group_egress(group.id, **_rule(rule, "Destination"))


def _rule(rule: Json, other: str) -> Json:
    peer, prefixes = rule.get(f"{other}SecurityGroupId"), rule.get(f"{other}PrefixListId")
    return {
        "ip_protocol": str(rule["IpProtocol"]),
        "from_port": rule.get("FromPort"),
        "to_port": rule.get("ToPort"),
        "ip_ranges": [{"CidrIp": rule["CidrIp"]}] if "CidrIp" in rule else [],
        "source_groups": [{"GroupId": peer}] if peer else [],
        "prefix_list_ids": [{"PrefixListId": prefixes}] if prefixes else [],
    }


def _join_subnets(place: Place, resource: Resource, given: Json) -> None:
    resource.model.db_subnet_group_name = given.get("DBSubnetGroupName")


def _write_role(place: Place, resource: Resource, given: Json) -> None:
    """What moto forgets of a role or never changes. A policy of a resource of its own stays."""
    iam, role = iam_backends[place.account]["aws"], resource.model
    role.assume_role_policy_document = json.dumps(given["AssumeRolePolicyDocument"], default=str)
    role.description, role.max_session_duration = given.get("Description", ""), given.get("MaxSessionDuration", 3600)
    others = {policy.policy_name for policy in iam.inline_policies.values() if role.name in policy.role_names}
    kept = {name: text for name, text in role.policies.items() if name in others}
    own = {policy["PolicyName"]: policy["PolicyDocument"] for policy in given.get("Policies") or []}
    role.policies = kept | {name: json.dumps(document, default=str) for name, document in own.items()}
    for arn in given.get("ManagedPolicyArns") or []:
        policies.know(place.account, arn)
        iam.attach_role_policy(arn, role.name)


AFTER_MAKE: dict[str, Change] = {
    "AWS::EC2::SecurityGroup": _set_rules,
    "AWS::EC2::SubnetRouteTableAssociation": _associate,
    "AWS::IAM::Role": _write_role,
    "AWS::RDS::DBInstance": _join_subnets,
}


def _set_retention(place: Place, resource: Resource, given: Json) -> None:
    days = given.get("RetentionInDays")
    logs_backends[place.account][place.region].groups[resource.physical_id].set_retention_policy(days)


def _modify_target_group(place: Place, resource: Resource, given: Json) -> None:
    matcher = given.get("Matcher") or {}
    elbv2_backends[place.account][place.region].modify_target_group(
        resource.physical_id,
        health_check_proto=given.get("HealthCheckProtocol"),
        health_check_port=given.get("HealthCheckPort"),
        health_check_path=given.get("HealthCheckPath"),
        health_check_interval=given.get("HealthCheckIntervalSeconds"),
        health_check_timeout=given.get("HealthCheckTimeoutSeconds"),
        healthy_threshold_count=given.get("HealthyThresholdCount"),
        unhealthy_threshold_count=given.get("UnhealthyThresholdCount"),
        http_codes=matcher.get("HttpCode"),
    )


def _rename_topic(place: Place, resource: Resource, given: Json) -> None:
    resource.model.display_name = given.get("DisplayName", "")


def _resize_group(place: Place, resource: Resource, given: Json) -> None:
    autoscaling_backends[place.account][place.region].update_auto_scaling_group(
        name=resource.physical_id,
        availability_zones=given.get("AvailabilityZones") or [],
        desired_capacity=_number(given.get("DesiredCapacity")),
        max_size=_number(given.get("MaxSize")),
        min_size=_number(given.get("MinSize")),
        launch_config_name=given.get("LaunchConfigurationName"),  # type: ignore[arg-type, unused-ignore]
        launch_template=given.get("LaunchTemplate") or {},
        vpc_zone_identifier=",".join(given.get("VPCZoneIdentifier") or []),
        health_check_period=given.get("HealthCheckGracePeriod", 0),
        health_check_type=given.get("HealthCheckType", "EC2"),
    )


def _number(value: Any) -> int | None:
    return None if value is None else int(value)


def _map_public_ip(place: Place, resource: Resource, given: Json) -> None:
    resource.model.map_public_ip_on_launch = given.get("MapPublicIpOnLaunch", False)


CHANGE: dict[str, Change] = {
    "AWS::AutoScaling::AutoScalingGroup": _resize_group,
    "AWS::EC2::SecurityGroup": _set_rules,
    "AWS::EC2::Subnet": _map_public_ip,
    "AWS::ElasticLoadBalancingV2::TargetGroup": _modify_target_group,
    "AWS::IAM::Role": _write_role,
    "AWS::Logs::LogGroup": _set_retention,
    "AWS::SNS::Topic": _rename_topic,
}
