"""Whether a stack is as wanted already, and what of it is kept so that it can be restored."""

import json
from typing import Any

from tasks.aws.cloudformation_types import Stack

from . import template
from .document import NotReadable
from .job import Wanted

HIDDEN = "****"  # what CloudFormation shows of a NoEcho parameter


def equal(wanted: Wanted, stack: Stack, current: Any) -> bool:
    """Template, parameters and tags are the same; never true where equal text does not prove it."""
    return (
        not wanted.volatile
        and same_text(wanted.template, current)
        and with_defaults(wanted) == stack.parameters
        and wanted.tags == stack.tags
    )


def same_text(body: str, current: Any) -> bool:
    """GetTemplate gives JSON as an object, anything else as the text it was."""
    if isinstance(current, str):
        return body.strip() == current.strip()
    try:
        return bool(json.loads(body) == current)
    except ValueError:
        return False


def with_defaults(wanted: Wanted) -> dict[str, str | None]:
    """All parameters as DescribeStacks shows them: those not given have the template's default."""
    declared = template.parse(wanted.template).parameters
    return {name: wanted.parameters.get(name, each.default) for name, each in declared.items()}


def snapshot(stack: Stack, current: Any) -> dict[str, Any]:
    """What the stack is made from now, as JSON."""
    return {
        "template": current if isinstance(current, str) else json.dumps(current, indent=1),
        "parameters": {name: None if value == HIDDEN else value for name, value in stack.parameters.items()},
        "tags": dict(stack.tags),
        "capabilities": list(stack.capabilities),
    }


def restored(before: dict[str, Any], now: Wanted) -> Wanted:
    """What restores the snapshot; a protection that was turned on stays."""
    return Wanted(
        name=now.name,
        region=now.region,
        template=before["template"],
        parameters=before["parameters"],
        tags=before["tags"],
        capabilities=tuple(before["capabilities"]),
        protect=False,
        volatile=_volatile(before["template"]),
    )


def _volatile(body: str) -> bool:
    try:
        return template.parse(body).volatile
    except NotReadable:
        return True
