"""What moto forgets of requests, or does not know: put on its rows, from which its answers are made."""

import re
from collections.abc import Callable
from typing import Any

from moto.autoscaling.models import autoscaling_backends
from moto.ecs.models import ecs_backends
from moto.elasticache.models import elasticache_backends

from sandbox import moves, tracking
from sandbox.cloudformation.records import Json
from sandbox.cloudformation.requests import Request

INSTANCE = re.compile(r"<instanceId>(i-[0-9a-f]+)</instanceId>")
# ECS API Reference: DeploymentConfiguration
ROLLING = {
    "deploymentCircuitBreaker": {"enable": False, "rollback": False},
    "maximumPercent": 200,
    "minimumHealthyPercent": 100,
}


def keep_deployment(service: Any, given: Json | None, grace: int | None) -> None:
    """The service's answers tell how it deploys, and how long its health checks are ignored; None changes nothing."""
    kept = ROLLING | getattr(service, "deployment_configuration", {})
    service.deployment_configuration = kept | (given or {})
    if grace is not None:
        service.health_check_grace_period_seconds = grace


def _service(request: Request, answer: str) -> None:
    """ECS API Reference: CreateService, UpdateService."""
    backend = ecs_backends[request.place.account][request.place.region]
    cluster = str(request.get("cluster", "default")).rpartition("/")[2]
    name = request.get("serviceName") or str(request.get("service", "")).rpartition("/")[2]
    given = request.get("deploymentConfiguration"), request.get("healthCheckGracePeriodSeconds")
    keep_deployment(backend.services[f"{cluster}:{name}"], *given)


def _hook(request: Request, answer: str) -> None:
    """EC2 Auto Scaling API Reference: PutLifecycleHook: without a target there is no target and no role."""
    backend = autoscaling_backends[request.place.account][request.place.region]
    asked = request.given["AutoScalingGroupName"], [request.given["LifecycleHookName"]]
    for hook in backend.describe_lifecycle_hooks(*asked):
        hook.role_arn, hook.notification_target_arn = request.get("RoleARN"), request.get("NotificationTargetARN")


def _credits(request: Request, answer: str) -> None:
    """EC2 API Reference: RunInstances."""
    mode = request.get("CreditSpecification", {}).get("CpuCredits")
    if mode:
        found = INSTANCE.findall(answer)
        request.world.seeded.credit_modes.update({(request.place, ident): mode for ident in found})


def _replicas(request: Request, answer: str) -> None:
    """ElastiCache API Reference: CreateReplicationGroup: NumCacheClusters counts the primary and its replicas."""
    backend = elasticache_backends[request.place.account][request.place.region]
    group = backend.replication_groups[request.given["ReplicationGroupId"]]
    zones = request.get("PreferredCacheClusterAZs", [])
    for node_group in group.node_groups if not group.cluster_enabled else []:
        members = node_group["node_group_members"]
        for number in range(len(members) + 1, int(request.get("NumCacheClusters", 1)) + 1):
            members.append({**members[0], "cache_cluster_id": f"{group.replication_group_id}-{number:03d}"})
            members[-1]["current_role"] = "replica"
            group.member_clusters.append(members[-1]["cache_cluster_id"])
        for number, member in enumerate(members):
            zone = zones[number] if number < len(zones) else f"{request.place.region}{'abc'[number % 3]}"
            member["preferred_availability_zone"] = zone


def _on_their_way(request: Request, answer: str) -> None:
    """EC2 API Reference: StartInstances, StopInstances."""
    for ident in request.get("InstanceIds", []):
        _begin(request, "ec2", ident)


def _on_its_way(request: Request, answer: str) -> None:
    """RDS API Reference: StartDBInstance, StopDBInstance."""
    _begin(request, "rds", request.given["DBInstanceIdentifier"])


def _modified(request: Request, answer: str) -> None:
    """EC2 API Reference: ModifyVolume."""
    _begin(request, "volume", request.given["VolumeId"])


def _begin(request: Request, kind: str, ident: str) -> None:
    moves.begin(request.world.moves, (request.place, kind, ident), request.now, request.world.clock.speed)


# by signing name and action, as all of these
BEFORE: dict[tuple[str, str], Callable[[Request], None]] = {("autoscaling", "DescribePolicies"): tracking.name_alarms}
AFTER: dict[tuple[str, str], Callable[[Request, str], None]] = {
    ("autoscaling", "PutLifecycleHook"): _hook,
    ("ec2", "ModifyVolume"): _modified,
    ("ec2", "RunInstances"): _credits,
    ("ec2", "StartInstances"): _on_their_way,
    ("ec2", "StopInstances"): _on_their_way,
    ("ecs", "CreateService"): _service,
    ("ecs", "UpdateService"): _service,
    ("elasticache", "CreateReplicationGroup"): _replicas,
    ("rds", "StartDBInstance"): _on_its_way,
    ("rds", "StopDBInstance"): _on_its_way,
}
