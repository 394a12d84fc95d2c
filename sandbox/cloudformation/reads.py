"""The calls that only look at stacks."""

from typing import Any

from sandbox.cloudformation import events, views
from sandbox.cloudformation.errors import invalid, no_stack
from sandbox.cloudformation.records import Json, Stack
from sandbox.cloudformation.requests import Request

PAGE = 100


def page(items: list[Any], token: str | None, key: str, size: int = PAGE) -> Json:
    """One page and the token of the next.

    The token tells how many items were left, for lists whose new items come first, so that they don't move the rest.
    """
    if token and not token.isdigit():
        raise invalid(f"NextToken {token} is not valid")
    start = max(0, len(items) - int(token)) if token else 0
    more = start + size < len(items)
    return {key: items[start : start + size], "NextToken": str(len(items) - start - size) if more else None}


def stack_named(request: Request, message: str) -> Stack:
    name = request.get("StackName", "")
    found = request.world.estate.find(request.place, name)
    if found is None:
        raise invalid(message.format(name=name))
    return found


def describe_stacks(request: Request) -> Json:
    name = request.get("StackName")
    estate = request.world.estate
    if name:
        found = estate.find(request.place, name)
        if found is None:
            raise no_stack(name)
        return {"Stacks": [_maybe_stale(request, found)]}
    stacks = [row for row in reversed(estate.stacks.values()) if row.place == request.place]
    shown = [views.stack(row) for row in stacks if row.status != "DELETE_COMPLETE"]
    return page(shown, request.get("NextToken"), "Stacks")


def _maybe_stale(request: Request, stack: Stack) -> Json:
    stale = request.world.estate.stale
    if stack.id not in stale:
        return views.stack(stack)
    earlier, reads = stale.pop(stack.id)
    if reads > 1:
        stale[stack.id] = (earlier, reads - 1)
    return earlier


def list_stacks(request: Request) -> Json:
    wanted = request.get("StackStatusFilter")
    stacks = [row for row in reversed(request.world.estate.stacks.values()) if row.place == request.place]
    shown = [views.stack_summary(row) for row in stacks if not wanted or row.status in wanted]
    return page(shown, request.get("NextToken"), "StackSummaries")


def describe_stack_events(request: Request) -> Json:
    stack = stack_named(request, "Stack [{name}] does not exist")
    with_token = not request.world.faults.omits_token(stack.name)
    lines = [views.event(stack, line, with_token) for line in reversed(stack.events)]
    return page(lines, request.get("NextToken"), "StackEvents")


def describe_events(request: Request) -> Json:
    stack = stack_named(request, "Stack [{name}] does not exist")
    lines = [line for line in reversed(stack.events) if request.get("OperationId") in (None, line.operation)]
    shown = [views.event(stack, line, True) | {"EventType": "STACK_EVENT"} for line in lines]
    for line in shown:
        line.pop("StackName")
    return page(shown, request.get("NextToken"), "OperationEvents")


def describe_stack_resource(request: Request) -> Json:
    stack = stack_named(request, "Stack '{name}' does not exist")
    name = request.get("LogicalResourceId", "")
    if name not in stack.resources:
        raise invalid(f"Resource {name} does not exist for stack {request.get('StackName')}")
    item = stack.resources[name]
    metadata = item.definition.get("Metadata")
    shown = views.resource(stack, item, "LastUpdatedTimestamp")
    return {"StackResourceDetail": shown | {"Metadata": events.text(metadata) if metadata else None}}


def describe_stack_resources(request: Request) -> Json:
    if physical_id := request.get("PhysicalResourceId"):
        stack = _owner(request, physical_id)
    else:
        stack = stack_named(request, "Stack with id {name} does not exist")
    wanted = request.get("LogicalResourceId")
    items = [item for name, item in stack.resources.items() if wanted in (None, name)]
    return {"StackResources": [views.resource(stack, item, "Timestamp") for item in items[:PAGE]]}


def _owner(request: Request, physical_id: str) -> Stack:
    for stack in request.world.estate.stacks.values():
        if stack.place == request.place and any(r.physical_id == physical_id for r in stack.resources.values()):
            return stack
    raise invalid(f"Stack for {physical_id} does not exist")


def list_stack_resources(request: Request) -> Json:
    stack = stack_named(request, "Stack with id {name} does not exist")
    items = [views.resource(stack, item, "LastUpdatedTimestamp") for item in stack.resources.values()]
    for item in items:
        del item["StackName"], item["StackId"]
    return page(items, request.get("NextToken"), "StackResourceSummaries")


def list_exports(request: Request) -> Json:
    rows = [row for row in request.world.estate.stacks.values() if row.place == request.place]
    exports = ((row.id, name, value) for row in reversed(rows) for name, value in row.exports.items())
    lines = [{"ExportingStackId": stack_id, "Name": name, "Value": value} for stack_id, name, value in exports]
    return page(lines, request.get("NextToken"), "Exports")


def list_imports(request: Request) -> Json:
    name = request.get("ExportName")
    rows = [row for row in request.world.estate.stacks.values() if row.place == request.place]
    users = [row.name for row in rows if name in row.imports and row.status != "DELETE_COMPLETE"]
    if not users:
        raise invalid(f"Export '{name}' is not imported by any stack.")
    return page(users, request.get("NextToken"), "Imports")
