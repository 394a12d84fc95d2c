"""Control input that lets resources of stacks drift."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from sandbox.cloudformation.records import Json
from sandbox.cloudformation.requests import Request
from sandbox.seeded import Difference, Drift
from sandbox.seeds import BadSeed, form

STRICT = ConfigDict(extra="forbid")


class DifferenceSeed(BaseModel):
    model_config = STRICT
    path: str
    kind: Literal["ADD", "REMOVE", "NOT_EQUAL"] = "NOT_EQUAL"
    actual: Any = None
    expected: Any = None


class DriftSeed(BaseModel):
    """Neither `deleted` nor `differences` puts the resource in order again."""

    model_config = STRICT
    stack: str
    resource: str
    deleted: bool = False
    differences: list[DifferenceSeed] = []


def plant(request: Request) -> Json:
    """POST /_sandbox/drift: found by the next detection."""
    seed = form(DriftSeed, request)
    stack = request.world.estate.find(request.place, seed.stack)
    if stack is None or seed.resource not in stack.resources:
        raise BadSeed(f"There is no resource {seed.resource} in a stack {seed.stack}.")
    differences = tuple(Difference(one.path, one.kind, one.actual, one.expected) for one in seed.differences)
    request.world.seeded.drifts[stack.id, seed.resource] = Drift(seed.deleted, differences)
    return {"made": 1}
