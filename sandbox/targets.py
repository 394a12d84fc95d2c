"""Health of load balancer targets, with the reasons that Elastic Load Balancing gives.

Elastic Load Balancing API Reference (2015-12-01): DescribeTargetHealth, TargetHealth; Application Load Balancers User
Guide: Health checks for your target groups (reason codes).
"""

from collections.abc import Callable
from typing import Any, Literal, get_args

from moto.elbv2.models import elbv2_backends
from pydantic import BaseModel, ConfigDict

from sandbox.cloudformation.errors import Refused
from sandbox.cloudformation.records import Json
from sandbox.cloudformation.requests import Request
from sandbox.seeds import form

Reason = Literal[
    "",
    "Elb.RegistrationInProgress",
    "Elb.InitialHealthChecking",
    "Elb.InternalError",
    "Target.ResponseCodeMismatch",
    "Target.Timeout",
    "Target.FailedHealthChecks",
    "Target.NotRegistered",
    "Target.NotInUse",
    "Target.DeregistrationInProgress",
    "Target.InvalidState",
    "Target.IpUnusable",
    "Target.HealthCheckDisabled",
]
STATES: dict[str, str] = {
    "": "healthy",
    "Elb.RegistrationInProgress": "initial",
    "Elb.InitialHealthChecking": "initial",
    "Target.NotRegistered": "unused",
    "Target.NotInUse": "unused",
    "Target.InvalidState": "unused",
    "Target.IpUnusable": "unused",
    "Target.DeregistrationInProgress": "draining",
    "Target.HealthCheckDisabled": "unavailable",
}  # all others: unhealthy
DESCRIPTIONS: dict[str, str] = {
    "Elb.RegistrationInProgress": "Target registration is in progress",
    "Elb.InitialHealthChecking": "Initial health checks in progress",
    "Elb.InternalError": "Health checks failed due to an internal error",
    "Target.ResponseCodeMismatch": "Health checks failed with these codes: [{codes}]",
    "Target.Timeout": "Request timed out",
    "Target.FailedHealthChecks": "Health checks failed",
    "Target.NotRegistered": "Target is not registered to the target group",
    "Target.NotInUse": "Target group is not configured to receive traffic from the load balancer",
    "Target.DeregistrationInProgress": "Target deregistration is in progress",
    "Target.InvalidState": "Target is in the stopped state",
    "Target.IpUnusable": "The target IP address is in use by a load balancer",
    "Target.HealthCheckDisabled": "Health checks are disabled for this target group",
}
REASONS: tuple[str, ...] = get_args(Reason)


class HealthSeed(BaseModel):
    """`reason` empty makes the target healthy again; `codes` are what a response mismatch names."""

    model_config = ConfigDict(extra="forbid")
    target_group: str
    targets: list[str]
    reason: Reason
    codes: str = "502"


def plant(request: Request) -> Json:
    """POST /_sandbox/health: `target_group` is the ARN."""
    seed = form(HealthSeed, request)
    known = {(seed.target_group, target): (str(seed.reason), seed.codes) for target in seed.targets}
    request.world.seeded.health.update(known)
    return {"made": len(known)}


def describe_target_health(request: Request) -> Json:
    backend, arn = elbv2_backends[request.place.account][request.place.region], request.get("TargetGroupArn", "")
    if arn not in backend.target_groups:
        raise Refused("TargetGroupNotFound", "One or more target groups not found")
    asked = [_target(one) for one in request.get("Targets", [])]
    found = backend.describe_target_health(arn, asked)
    usual = "" if backend.target_groups[arn].load_balancer_arns else "Target.NotInUse"
    return {"TargetHealthDescriptions": [_described(request, arn, one, usual) for one in found]}


def _target(given: Json) -> Json:
    return given if "Port" in given else {"Id": given["Id"]}


def _described(request: Request, arn: str, moto: Any, usual: str) -> Json:
    """`usual` is the reason of a registered target of which nothing else is known."""
    reason, codes = request.world.seeded.health.get((arn, moto.instance_id), (moto.reason or usual, ""))
    state = STATES.get(reason, "unhealthy")
    health = {"State": state} | ({"Reason": reason} if reason else {})
    if reason:
        health["Description"] = DESCRIPTIONS[reason].format(codes=codes)
    target: Json = {"Id": moto.instance_id, "Port": moto.port}
    port = moto.port if moto.health_check_port in (None, "traffic-port") else moto.health_check_port
    return {"Target": target, "HealthCheckPort": str(port), "TargetHealth": health}


ACTIONS: dict[str, Callable[[Request], Json]] = {"DescribeTargetHealth": describe_target_health}
