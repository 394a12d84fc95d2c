"""Writing a stack's events."""

import json
from uuid import uuid4

from sandbox.clock import moment
from sandbox.cloudformation.records import Event, Json, Operation, Resource, Stack

STACK = "AWS::CloudFormation::Stack"


def of_stack(stack: Stack, status: str, reason: str, at: float, operation: Operation | None = None) -> None:
    """Sets the stack's status and tells it."""
    stack.status, stack.reason = status, reason
    event_id = str(uuid4())
    _append(stack, event_id, at, (stack.name, stack.id, STACK), (status, reason), "", operation)


def of_resource(
    stack: Stack, resource: Resource, status: str, reason: str, at: float, asked: Json | None = None
) -> None:
    """Sets the resource's status and tells it; `asked` are the properties it is to have."""
    resource.status, resource.reason, resource.updated = status, reason, at
    what = (resource.logical_id, resource.physical_id, resource.type)
    if stack.operation is not None and "cleanup" in stack.operation.phase:
        event_id, properties = f"{resource.logical_id}-{uuid4()}", ""
    else:
        event_id, properties = _resource_event_id(stack, resource, status, at), text(asked or resource.properties)
    _append(stack, event_id, at, what, (status, reason), properties, stack.operation)


def text(properties: Json) -> str:
    return json.dumps(properties, default=str, separators=(",", ":")) if properties else ""


def _resource_event_id(stack: Stack, resource: Resource, status: str, at: float) -> str:
    recent = {event.id for event in stack.events[-20:]}
    for step in range(100):
        stamp = moment(at + step / 1000).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3]
        if (event_id := f"{resource.logical_id}-{status}-{stamp}Z") not in recent:
            return event_id
    return f"{resource.logical_id}-{uuid4()}"


def _append(
    stack: Stack,
    event_id: str,
    at: float,
    what: tuple[str, str, str],
    how: tuple[str, str],
    properties: str,
    operation: Operation | None,
) -> None:
    token, operation_id = (operation.token, operation.id) if operation else ("", "")
    stack.events.append(Event(event_id, at, *what, *how, properties, token, operation_id))
