"""The calls that only look."""

from typing import Any

from sandbox.cloudformation import changesets, diff, events, intrinsics, requests, template, views
from sandbox.cloudformation.errors import invalid, no_change_set, no_stack
from sandbox.cloudformation.find import by_name_or_id
from sandbox.cloudformation.records import Json, Stack
from sandbox.cloudformation.requests import Request

PAGE = 100


def page(items: list[Any], token: str | None, key: str, size: int = PAGE) -> Json:
    """One page and the token of the next, which is the place of its first item counted from the list's end.

    Counting from the end keeps a newest-first list steady while new items come.
    """
    start = len(items) - int(token) if token else 0
    more = start + size < len(items)
    return {key: items[start : start + size], "NextToken": str(len(items) - start - size) if more else None}


def _stack(request: Request, message: str) -> Stack:
    name = request.get("StackName", "")
    found = by_name_or_id(request.world.estate, request.place, name)
    if found is None:
        raise invalid(message.format(name=name))
    return found


def describe_stacks(request: Request) -> Json:
    name = request.get("StackName")
    estate = request.world.estate
    if name:
        found = by_name_or_id(estate, request.place, name)
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
    stack = _stack(request, "Stack [{name}] does not exist")
    with_token = not request.world.faults.omits_token(stack.name)
    lines = [views.event(stack, line, with_token) for line in reversed(stack.events)]
    return page(lines, request.get("NextToken"), "StackEvents")


def describe_events(request: Request) -> Json:
    stack = _stack(request, "Stack [{name}] does not exist")
    lines = [line for line in reversed(stack.events) if request.get("OperationId") in (None, line.operation)]
    shown = [views.event(stack, line, True) | {"EventType": "STACK_EVENT"} for line in lines]
    for line in shown:
        line.pop("StackName")
    return page(shown, request.get("NextToken"), "OperationEvents")


def describe_stack_resource(request: Request) -> Json:
    stack = _stack(request, "Stack '{name}' does not exist")
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
        stack = _stack(request, "Stack with id {name} does not exist")
    wanted = request.get("LogicalResourceId")
    items = [item for name, item in stack.resources.items() if wanted in (None, name)]
    return {"StackResources": [views.resource(stack, item, "Timestamp") for item in items[:PAGE]]}


def _owner(request: Request, physical_id: str) -> Stack:
    for stack in request.world.estate.stacks.values():
        if stack.place == request.place and any(r.physical_id == physical_id for r in stack.resources.values()):
            return stack
    raise invalid(f"Stack for {physical_id} does not exist")


def list_stack_resources(request: Request) -> Json:
    stack = _stack(request, "Stack with id {name} does not exist")
    items = [views.resource(stack, item, "LastUpdatedTimestamp") for item in stack.resources.values()]
    for item in items:
        del item["StackName"], item["StackId"]
    return page(items, request.get("NextToken"), "StackResourceSummaries")


def get_template(request: Request) -> Json:
    if request.get("ChangeSetName"):
        revision = _change_set(request)[1].revision
    else:
        stack = _stack(request, "Stack with id {name} does not exist")
        if stack.revision is None:
            raise no_stack(request.get("StackName"))
        revision = stack.revision
    return {"TemplateBody": revision.body, "StagesAvailable": ["Original", "Processed"]}


def _change_set(request: Request) -> tuple[Stack, Any]:
    name, stack_name = request.get("ChangeSetName", ""), request.get("StackName")
    stack = by_name_or_id(request.world.estate, request.place, stack_name) if stack_name else None
    if stack is None and stack_name:
        raise invalid(f"Stack [{stack_name}] does not exist")
    if stack is None and not name.startswith("arn:"):
        raise invalid("StackName must be specified if ChangeSetName is not specified as an ARN.")
    found = changesets.find(request.world, stack, name)
    if found is None:
        raise no_change_set(name)
    return request.world.estate.stacks[found.stack_id], found


def describe_change_set(request: Request) -> Json:
    stack, found = _change_set(request)
    values = diff.with_values if request.get("IncludePropertyValues") else diff.without_values
    revision = found.revision
    shown = changesets.summary(stack, found, request.now)
    del shown["ImportExistingResources"]
    return (
        shown
        | page([values(change) for change in found.changes], request.get("NextToken"), "Changes")
        | {
            "Parameters": views.shown_parameters(revision),
            "NotificationARNs": list(revision.notification_arns),
            "RollbackConfiguration": revision.rollback_configuration,
            "Capabilities": list(revision.capabilities),
            "Tags": views.tags(revision) or None,
            "OnStackFailure": found.on_stack_failure or None,
        }
    )


def list_change_sets(request: Request) -> Json:
    stack = _stack(request, "Stack [{name}] does not exist")
    lines = [changesets.summary(stack, found, request.now) for found in stack.change_sets.values()]
    return page(
        [line for line in lines if line["ExecutionStatus"] != "EXECUTE_COMPLETE"], request.get("NextToken"), "Summaries"
    )


def list_exports(request: Request) -> Json:
    rows = [row for row in request.world.estate.stacks.values() if row.place == request.place]
    lines = [{"ExportingStackId": row.id, "Name": n, "Value": v} for row in rows for n, v in row.exports.items()]
    return page(lines, request.get("NextToken"), "Exports")


def list_imports(request: Request) -> Json:
    name = request.get("ExportName")
    rows = [row for row in request.world.estate.stacks.values() if row.place == request.place]
    users = [row.name for row in rows if name in row.imports and row.status != "DELETE_COMPLETE"]
    if not users:
        raise invalid(f"Export '{name}' is not imported by any stack.")
    return page(users, request.get("NextToken"), "Imports")


def _declared(parsed: Json) -> list[Json]:
    return [
        {
            "ParameterKey": name,
            "DefaultValue": None if "Default" not in line else intrinsics._string(line["Default"]),
            "ParameterType": line.get("Type", "String"),
            "NoEcho": str(line.get("NoEcho", "")).lower() == "true",
            "Description": line.get("Description"),
            "ParameterConstraints": {"AllowedValues": list(map(str, line.get("AllowedValues") or []))},
        }
        for name, line in (parsed.get("Parameters") or {}).items()
    ]


def _capabilities(parsed: Json) -> Json:
    needed = template.needed_capability(parsed)
    if needed is None:
        return {}
    types = sorted({d["Type"] for d in parsed["Resources"].values() if d["Type"].startswith("AWS::IAM::")})
    reason = f"The following resource(s) require capabilities: [{', '.join(types)}]"
    return {"Capabilities": [needed[0]], "CapabilitiesReason": reason}


def validate_template(request: Request) -> Json:
    parsed = template.parse(requests.body_of(request))
    template.check(parsed)
    lines = [
        {key: line[key] for key in ("ParameterKey", "DefaultValue", "NoEcho", "Description")}
        for line in _declared(parsed)
    ]
    return {"Parameters": lines, "Description": parsed.get("Description")} | _capabilities(parsed)


def get_template_summary(request: Request) -> Json:
    parsed = template.parse(_summary_body(request))
    template.check(parsed)
    types = sorted({definition["Type"] for definition in parsed["Resources"].values()})
    metadata = parsed.get("Metadata")
    return {
        "Parameters": _declared(parsed),
        "Description": parsed.get("Description"),
        "ResourceTypes": types,
        "Version": parsed.get("AWSTemplateFormatVersion"),
        "Metadata": events.text(metadata) if metadata else None,
    } | _capabilities(parsed)


def _summary_body(request: Request) -> str:
    if not request.get("StackName"):
        return requests.body_of(request)
    stack = _stack(request, "Stack with id {name} does not exist")
    if stack.revision is None:
        raise invalid("GetTemplateSummary cannot be called on REVIEW_IN_PROGRESS stacks.")
    return stack.revision.body
