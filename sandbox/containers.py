"""What runs of ECS services: moto keeps only what is wanted.

ECS API Reference: Service, Deployment, ServiceEvent.
"""

from typing import Any, Literal
from uuid import uuid4

from moto.ecs.models import ecs_backends
from pydantic import BaseModel, ConfigDict

from sandbox.clock import moment
from sandbox.cloudformation.records import Json
from sandbox.cloudformation.requests import Request
from sandbox.seeds import BadSeed, form

HOUR = 3600
STRICT = ConfigDict(extra="forbid")


class EventSeed(BaseModel):
    model_config = STRICT
    hours: float
    message: str


class ServiceSeed(BaseModel):
    """`rollout` and `reason` are the primary deployment's state; `task_definition` what really runs, when another."""

    model_config = STRICT
    cluster: str = "default"
    service: str
    running: int
    pending: int = 0
    failed: int = 0
    rollout: Literal["COMPLETED", "IN_PROGRESS", "FAILED"] = "COMPLETED"
    reason: str = ""
    task_definition: str = ""
    events: list[EventSeed] = []


def plant(request: Request) -> Json:
    """POST /_sandbox/services: the counts, the rollout and the events of an ECS service that exists."""
    seed = form(ServiceSeed, request)
    backend = ecs_backends[request.place.account][request.place.region]
    service = backend.services.get(f"{seed.cluster}:{seed.service}")
    if service is None:
        raise BadSeed(f"There is no service {seed.service} in the cluster {seed.cluster}.")
    service.running_count, service.pending_count = seed.running, seed.pending
    service.events = [_event(request, one) for one in sorted(seed.events, key=lambda one: one.hours)]
    if seed.task_definition:
        service.task_definition = backend.describe_task_definition(seed.task_definition).arn
    for deployment in service.deployments[:1]:
        deployment.update(_rollout(seed, deployment, service.task_definition))
    return {"made": 1}


def _event(request: Request, seed: EventSeed) -> Json:
    return {"id": str(uuid4()), "createdAt": moment(request.now - seed.hours * HOUR), "message": seed.message}


def _rollout(seed: ServiceSeed, deployment: Json, task_definition: Any) -> Json:
    ends = {"COMPLETED": "completed", "IN_PROGRESS": "in progress", "FAILED": "failed"}
    told = f"ECS deployment {deployment['id']} {ends[seed.rollout]}."
    if seed.rollout == "FAILED":
        told = "ECS deployment circuit breaker: tasks failed to start."
    counts = {"runningCount": seed.running, "pendingCount": seed.pending, "failedTasks": seed.failed}
    state = {"rolloutState": seed.rollout, "rolloutStateReason": seed.reason or told}
    return counts | state | {"taskDefinition": task_definition}
