"""Drift detection: asked for, waited for, and read; what has drifted is seeded.

CloudFormation API Reference: DetectStackDrift, DescribeStackDriftDetectionStatus, DescribeStackResourceDrifts,
PropertyDifference; User Guide: Detect unmanaged configuration changes to stacks and resources with drift detection.
"""

import copy
import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from sandbox.clock import moment
from sandbox.cloudformation.errors import invalid
from sandbox.cloudformation.reads import page, stack_named
from sandbox.cloudformation.records import Json, Resource, Stack
from sandbox.cloudformation.requests import Request
from sandbox.seeded import Detection, Difference, Drift

SECONDS = 5.0
MOST = 100
MISSING = "Stack with id {name} does not exist"


def detect_stack_drift(request: Request) -> Json:
    stack = stack_named(request, MISSING)
    if stack.operation is not None:
        text = f"Drift detection cannot be performed on stack [{stack.id}] while it is in {stack.status} state"
        raise invalid(text)
    wanted = request.get("LogicalResourceIds")
    drifts = [_drift(request, stack, one) for one in _existing(stack) if wanted is None or one.logical_id in wanted]
    due = request.now + request.world.clock.lasts(SECONDS)
    detection = Detection(str(uuid4()), stack.id, request.now, due, drifts)
    request.world.seeded.detections[detection.id] = detection
    request.world.changed = True
    return {"StackDriftDetectionId": detection.id}


def _existing(stack: Stack) -> list[Resource]:
    return [one for one in stack.resources.values() if one.physical_id]


def _drift(request: Request, stack: Stack, resource: Resource) -> Json:
    drift = request.world.seeded.drifts.get((stack.id, resource.logical_id), Drift())
    expected = resource.properties
    status = "DELETED" if drift.deleted else "MODIFIED" if drift.differences else "IN_SYNC"
    found = {
        "StackId": stack.id,
        "LogicalResourceId": resource.logical_id,
        "PhysicalResourceId": resource.physical_id,
        "ResourceType": resource.type,
        "ExpectedProperties": json.dumps(expected, default=str),
        "StackResourceDriftStatus": status,
        "Timestamp": moment(request.now),
        "PropertyDifferences": [_difference(expected, one) for one in drift.differences],
    }
    return found if drift.deleted else found | {"ActualProperties": json.dumps(_actual(expected, drift), default=str)}


def _difference(expected: Json, one: Difference) -> Json:
    known = _at(expected, one.path)
    values = {"ExpectedValue": one.expected if known is None else known, "ActualValue": one.actual}
    texts = {name: "null" if value is None else _text(value) for name, value in values.items()}
    return {"PropertyPath": one.path, "DifferenceType": one.kind} | texts


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _parts(path: str) -> list[str]:
    return path.strip("/").split("/")


def _at(value: Any, path: str) -> Any:
    for part in _parts(path):
        if isinstance(value, list):
            value = value[int(part)] if part.isdigit() and int(part) < len(value) else None
        else:
            value = value.get(part) if isinstance(value, dict) else None
    return value


def _actual(expected: Json, drift: Drift) -> Json:
    """The expected properties with the differences made; those inside lists and of unknown parents are left out."""
    found = copy.deepcopy(expected)
    for one in drift.differences:
        *parents, last = _parts(one.path)
        place = _at(found, "/".join(parents)) if parents else found
        if isinstance(place, dict):
            place.pop(last, None)
            place.update({} if one.kind == "REMOVE" else {last: one.actual})
    return found


def describe_stack_drift_detection_status(request: Request) -> Json:
    ident = request.get("StackDriftDetectionId", "")
    found = request.world.seeded.detections.get(ident)
    if found is None:
        raise invalid(f"Drift detection with id {ident} does not exist")
    told = {"StackId": found.stack_id, "StackDriftDetectionId": found.id, "Timestamp": moment(found.asked)}
    if request.now < found.due:
        return told | {"DetectionStatus": "DETECTION_IN_PROGRESS"}
    state = {"DetectionStatus": "DETECTION_COMPLETE", "DriftedStackResourceCount": found.drifted}
    status = "DRIFTED" if found.drifted else "IN_SYNC"
    request.world.estate.stacks[found.stack_id].drift = (status, found.asked)
    return told | state | {"StackDriftStatus": status}


def describe_stack_resource_drifts(request: Request) -> Json:
    """Of the last detection that is over; nothing before the first one."""
    stack, most = stack_named(request, MISSING), int(request.get("MaxResults", MOST))
    last = latest(request.world.seeded.detections, stack.id, request.now)
    wanted = request.get("StackResourceDriftStatusFilters")
    found = [one for one in (last.drifts if last else []) if not wanted or one["StackResourceDriftStatus"] in wanted]
    return page(found, request.get("NextToken"), "StackResourceDrifts", most)


def detect_stack_resource_drift(request: Request) -> Json:
    """One resource, at once."""
    stack, name = stack_named(request, MISSING), request.get("LogicalResourceId")
    if name not in stack.resources:
        raise invalid(f"Resource {name} does not exist for stack {stack.name}")
    return {"StackResourceDrift": _drift(request, stack, stack.resources[name])}


def latest(detections: dict[str, Detection], stack_id: str, now: float) -> Detection | None:
    over = [one for one in detections.values() if one.stack_id == stack_id and one.due <= now]
    return over[-1] if over else None


ACTIONS: dict[str, Callable[[Request], Json]] = {
    "DescribeStackDriftDetectionStatus": describe_stack_drift_detection_status,
    "DescribeStackResourceDrifts": describe_stack_resource_drifts,
    "DetectStackDrift": detect_stack_drift,
    "DetectStackResourceDrift": detect_stack_resource_drift,
}
