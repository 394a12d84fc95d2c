"""Auto Scaling groups with their templates, ECS services, topics, queues and parameters."""

from collections.abc import Sequence
from typing import Any

from sandbox.estates.site import Site, Tags, call, pairs


def launch_template(site: Site, name: str, image: str, kind: str, days: float, tags: Tags) -> Any:
    data = {"ImageId": image, "InstanceType": kind}
    row = site.ec2.create_launch_template(name, "", data, {"launch-template": dict(tags)})
    row.create_time = row.versions[0].create_time = site.ago(days)
    site.ec2.tags[row.id] = dict(tags)
    return row


def auto_scaling_group(
    site: Site, name: str, template: Any, desired: int, days: float, tags: Tags, groups: Sequence[Any] = ()
) -> Any:
    """From half to twice the desired number of instances, all of them launched so many days ago."""
    zones = ",".join(row.id for row in site.subnets)
    limits = {"desired_capacity": desired, "min_size": desired // 2, "max_size": desired * 2}
    given = {"vpc_zone_identifier": zones, "target_group_arns": [group.arn for group in groups], "load_balancers": []}
    lines = [line | {"PropagateAtLaunch": "true", "ResourceId": name} for line in pairs(tags)]
    template_id = {"LaunchTemplateId": template.id, "Version": "1"}
    more = {"name": name, "launch_template": template_id, "availability_zones": [], "tags": lines}
    row = call(
        site.backend("autoscaling").create_auto_scaling_group, **more, **limits, **given, termination_policies=[]
    )
    row.created_time = site.ago(days)
    for state in row.instance_states:
        state.instance.launch_time = site.ago(days)
    return row


def cluster(site: Site, name: str, tags: Tags) -> Any:
    lines = [{"key": key, "value": value} for key, value in tags.items()]
    return site.backend("ecs").create_cluster(name, tags=lines)


def ecs_service(site: Site, where: Any, name: str, image: str, desired: int, tags: Tags) -> Any:
    """On Fargate, with a task definition of its own."""
    ecs, lines = site.backend("ecs"), [{"key": key, "value": value} for key, value in tags.items()]
    container = {"name": name, "image": image, "essential": True, "portMappings": [{"containerPort": 8080}]}
    size = {"cpu": "512", "memory": "1024", "network_mode": "awsvpc", "requires_compatibilities": ["FARGATE"]}
    ecs.register_task_definition(name, [container], tags=lines, **size)
    row = ecs.create_service(where.name, name, desired, name, tags=lines, launch_type="FARGATE")
    row.running_count, row.pending_count = desired, 0
    where.running_tasks_count, where.pending_tasks_count = where.running_tasks_count + desired, 0
    return row


def topic(site: Site, name: str, tags: Tags) -> Any:
    return site.backend("sns").create_topic(name, tags=pairs(tags))


def queue(site: Site, name: str, tags: Tags) -> Any:
    return site.backend("sqs").create_queue(name, dict(tags), region=site.place.region)


def parameter(site: Site, name: str, value: str, tags: Tags) -> Any:
    given = {"name": name, "value": value, "parameter_type": "String", "data_type": "text", "tags": pairs(tags)}
    return call(site.backend("ssm").put_parameter, overwrite=False, **given)
