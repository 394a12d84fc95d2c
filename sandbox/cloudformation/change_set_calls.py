"""The calls on change sets."""

from sandbox.cloudformation import changesets, diff, events, naming, reads, requests, views, writes
from sandbox.cloudformation.errors import Refused, invalid, no_change_set
from sandbox.cloudformation.records import ChangeSet, Json, Revision, Stack
from sandbox.cloudformation.requests import Request


def create_change_set(request: Request) -> Json:
    name, kind = request.get("StackName", ""), request.get("ChangeSetType") or "UPDATE"
    requests.check_name(name)
    requests.check_name(request.get("ChangeSetName", ""), "changeSetName")
    stack = writes.named(request)
    again = _same_change_set(request, stack)
    if again is not None:
        return {"Id": again.id, "StackId": again.stack_id}
    _check_kind(request, stack, kind)
    writes.check_role(request)
    revision = requests.revision(request, stack)
    if stack is None:
        stack = writes.new_stack(request, "REVIEW_IN_PROGRESS")
        events.of_stack(stack, "REVIEW_IN_PROGRESS", "User Initiated", request.now)
    return _add_change_set(request, stack, kind, revision)


def _same_change_set(request: Request, stack: Stack | None) -> ChangeSet | None:
    """The one of this name: the same client token answers as before, another one is refused."""
    found = changesets.find(request.world, stack, request.get("ChangeSetName")) if stack else None
    if found is None or found.execution_status in ("EXECUTE_COMPLETE", "EXECUTE_FAILED"):
        return None
    if request.get("ClientToken") and found.client_token == request.get("ClientToken"):
        return found
    raise Refused("AlreadyExistsException", f"ChangeSet {found.name} already exists for stack {found.stack_id}")


def _check_kind(request: Request, stack: Stack | None, kind: str) -> None:
    name = request.get("StackName")
    if kind == "CREATE":
        if stack is not None and stack.status != "REVIEW_IN_PROGRESS":
            text = f"Stack [{name}] already exists and cannot be created again with the changeSet"
            raise invalid(f"{text} [{request.get('ChangeSetName')}].")
    elif kind != "UPDATE":
        raise invalid(f"ChangeSet type {kind} is not supported by the sandbox.")
    elif stack is None:
        raise invalid(f"Stack [{name}] does not exist")
    elif stack.status not in writes.PAUSED:
        writes.check_updatable(stack, False)


def _add_change_set(request: Request, stack: Stack, kind: str, revision: Revision) -> Json:
    name, world = request.get("ChangeSetName"), request.world
    made = ChangeSet(naming.change_set_id(request.place, name), name, kind, stack.id, revision, request.now, 0.0)
    made.due = request.now + world.clock.lasts(world.change_set_seconds)
    made.description = request.get("Description") or ""
    made.on_stack_failure = request.get("OnStackFailure") or ""
    made.client_token = request.get("ClientToken") or ""
    stack.change_sets[made.id] = world.estate.change_sets[made.id] = made
    world.estate.mark_busy(stack)
    return {"Id": made.id, "StackId": stack.id}


def change_set(request: Request) -> tuple[Stack, ChangeSet]:
    name, stack_name = request.get("ChangeSetName", ""), request.get("StackName")
    stack = writes.named(request) if stack_name else None
    if stack is None and stack_name:
        raise invalid(f"Stack [{stack_name}] does not exist")
    if stack is None and not name.startswith("arn:"):
        raise invalid("StackName must be specified if ChangeSetName is not specified as an ARN.")
    found = changesets.find(request.world, stack, name)
    if found is None:
        raise no_change_set(name)
    return request.world.estate.stacks[found.stack_id], found


def delete_change_set(request: Request) -> Json:
    stack, found = change_set(request)
    status = changesets.status(found, request.now)
    if status in ("CREATE_PENDING", "CREATE_IN_PROGRESS"):
        raise Refused("InvalidChangeSetStatus", f"Cannot delete ChangeSet in status {status}")
    stack.change_sets.pop(found.id, None)
    request.world.estate.change_sets.pop(found.id, None)
    return {}


def execute_change_set(request: Request) -> Json:
    stack, found = change_set(request)
    requests.check_token(request.token)
    _check_executable(request, stack, found)
    disable = bool(request.get("DisableRollback"))
    if disable and found.on_stack_failure:
        raise invalid("DisableRollback cannot be given together with the change set's OnStackFailure.")
    if stack.status in writes.PAUSED and not disable:
        raise invalid(writes.NON_TERMINAL.format(status=stack.status))
    earlier, reads = views.stack(stack), request.world.faults.stale_reads(stack.name)
    if reads:
        request.world.estate.stale[stack.id] = (earlier, reads)
    _execute(request, stack, found, disable)
    return {}


def _check_executable(request: Request, stack: Stack, found: ChangeSet) -> None:
    status = changesets.status(found, request.now)
    if found.execution_status != "AVAILABLE":
        shown = status if found.execution_status == "UNAVAILABLE" else found.execution_status
        text = f"ChangeSet [{found.id}] cannot be executed in its current status of [{shown}]"
        raise Refused("InvalidChangeSetStatus", text)
    if stack.status not in (*writes.UPDATABLE, *writes.PAUSED, "REVIEW_IN_PROGRESS"):
        text = f"ChangeSet [{found.id}] cannot be executed in its current stack status of [{stack.status}]"
        raise Refused("InvalidChangeSetStatus", text)


def _execute(request: Request, stack: Stack, found: ChangeSet, disable: bool) -> None:
    found.execution_status = "EXECUTE_IN_PROGRESS"
    stack.change_set_id, stack.updated = found.id, request.now
    changesets.drop_others(request.world, stack, found)
    if stack.status == "REVIEW_IN_PROGRESS":
        writes.begin_create(request, stack, found.revision, disable, found.on_stack_failure or "ROLLBACK")
    else:
        writes.begin_update(request, stack, found.revision, disable or found.on_stack_failure == "DO_NOTHING")


def describe_change_set(request: Request) -> Json:
    stack, found = change_set(request)
    values = diff.with_values if request.get("IncludePropertyValues") else diff.without_values
    revision = found.revision
    shown = changesets.summary(stack, found, request.now)
    del shown["ImportExistingResources"]
    return (
        shown
        | reads.page([values(change) for change in found.changes], request.get("NextToken"), "Changes")
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
    stack = reads.stack_named(request, "Stack [{name}] does not exist")
    lines = [changesets.summary(stack, found, request.now) for found in stack.change_sets.values()]
    return reads.page(
        [line for line in lines if line["ExecutionStatus"] != "EXECUTE_COMPLETE"], request.get("NextToken"), "Summaries"
    )
