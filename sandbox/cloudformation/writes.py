"""The calls that change stacks."""

from sandbox.cloudformation import changesets, events, find, lifecycle, naming, requests, views
from sandbox.cloudformation.errors import Refused, invalid, no_change_set
from sandbox.cloudformation.records import ChangeSet, Json, Revision, Stack
from sandbox.cloudformation.requests import Request

UPDATABLE = (
    "CREATE_COMPLETE",
    "UPDATE_COMPLETE",
    "UPDATE_ROLLBACK_COMPLETE",
    "IMPORT_COMPLETE",
    "IMPORT_ROLLBACK_COMPLETE",
)
PAUSED = ("CREATE_FAILED", "UPDATE_FAILED")
UNDELETABLE = (
    "UPDATE_IN_PROGRESS",
    "UPDATE_ROLLBACK_IN_PROGRESS",
    "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS",
    "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
    "ROLLBACK_IN_PROGRESS",
)
NON_TERMINAL = (
    "This stack is currently in a non-terminal [{status}] state. To update the stack from this state, please use the "
    "disable-rollback parameter with update-stack API. To rollback to the last known good state, use the "
    "rollback-stack API"
)


def _find(request: Request, field: str = "StackName") -> Stack | None:
    return find.by_name_or_id(request.world.estate, request.place, request.get(field, ""))


def _new_stack(request: Request, status: str) -> Stack:
    name = request.get("StackName")
    stack = Stack(naming.stack_id(request.place, name), name, request.place, request.now, status)
    request.world.estate.add(stack)
    return stack


def _check_role(request: Request) -> None:
    arn = request.get("RoleARN")
    if arn and ":role/" not in arn:
        raise invalid(f"Role {arn} is invalid or cannot be assumed")


def create_stack(request: Request) -> Json:
    name = request.get("StackName", "")
    requests.check_name(name)
    requests.check_token(request.token)
    stack = _find(request)
    if stack is not None and stack.status != "REVIEW_IN_PROGRESS":
        return _same_again(request, stack)
    _check_role(request)
    if request.get("OnFailure") and request.get("DisableRollback") is not None:
        raise invalid("You can specify either DisableRollback or OnFailure, but not both.")
    revision = requests.revision(request, None)
    stack = stack or _new_stack(request, "")
    changesets.outdate(stack)
    stack.protected = bool(request.get("EnableTerminationProtection"))
    stack.timeout_minutes = request.get("TimeoutInMinutes")
    _begin_create(
        request, stack, revision, bool(request.get("DisableRollback")), request.get("OnFailure") or "ROLLBACK"
    )
    return {"StackId": stack.id, "OperationId": stack.last_operation[1]}


def _same_again(request: Request, stack: Stack) -> Json:
    """A repeated token with the same name answers as the first time."""
    if request.token and request.world.estate.seen_tokens.get((stack.id, request.token)) == "CreateStack":
        return {"StackId": stack.id}
    raise Refused("AlreadyExistsException", f"Stack [{stack.name}] already exists")


def _begin_create(request: Request, stack: Stack, revision: Revision, disable: bool, on_failure: str) -> None:
    operation = lifecycle.create(request.world, stack, revision, request.now, request.token)
    operation.on_failure, operation.disable_rollback = on_failure, disable
    stack.disable_rollback = disable or on_failure == "DO_NOTHING"
    request.world.estate.seen_tokens[stack.id, request.token] = "CreateStack"
    lifecycle.apply(request.world, stack, operation, request.now)


def _check_updatable(stack: Stack, disable_rollback: bool) -> None:
    if stack.status in PAUSED and disable_rollback:
        return
    if stack.status in PAUSED:
        raise invalid(NON_TERMINAL.format(status=stack.status))
    if stack.status not in UPDATABLE:
        raise invalid(f"Stack:{stack.id} is in {stack.status} state and can not be updated.")


def update_stack(request: Request) -> Json:
    requests.check_name(request.get("StackName", ""))
    requests.check_token(request.token)
    stack = _find(request)
    if stack is None:
        raise invalid(f"Stack [{request.get('StackName')}] does not exist")
    _check_role(request)
    disable = bool(request.get("DisableRollback"))
    _check_updatable(stack, disable)
    revision = requests.revision(request, stack)
    if not _differs(request, stack, revision):
        raise invalid(changesets.NO_UPDATES)
    changesets.outdate(stack)
    stack.change_set_id = ""
    _begin_update(request, stack, revision, disable)
    return {"StackId": stack.id, "OperationId": stack.last_operation[1]}


def _differs(request: Request, stack: Stack, revision: Revision) -> bool:
    trial = ChangeSet("", "", "UPDATE", stack.id, revision, request.now, 0.0)
    changesets.settle(request.world, stack, trial)
    return trial.status != "FAILED" or not trial.reason.startswith((changesets.NO_CHANGES, changesets.NO_UPDATES))


def _begin_update(request: Request, stack: Stack, revision: Revision, disable: bool) -> None:
    operation = lifecycle.update(request.world, stack, revision, request.now, request.token)
    operation.disable_rollback = disable
    operation.change_set = stack.change_set_id
    lifecycle.apply(request.world, stack, operation, request.now)


def delete_stack(request: Request) -> Json:
    stack = _find(request)
    if stack is None or stack.status == "DELETE_COMPLETE" or stack.status == "DELETE_IN_PROGRESS":
        return {}
    if stack.protected:
        raise invalid(f"Stack [{stack.name}] cannot be deleted while TerminationProtection is enabled")
    if stack.status in UNDELETABLE:
        raise invalid(f"Stack [{stack.id}] cannot be deleted while in status {stack.status}")
    retained = frozenset(request.get("RetainResources") or [])
    if retained and stack.status != "DELETE_FAILED":
        text = (
            "Invalid operation on stack [{}]. Retain Resources can only be specified for stacks in DELETE_FAILED state."
        )
        raise invalid(text.format(stack.id))
    changesets.outdate(stack)
    lifecycle.delete(request.world, stack, request.now, request.token, retained)
    return {}


def cancel_update_stack(request: Request) -> Json:
    stack = _existing(request)
    if stack.status != "UPDATE_IN_PROGRESS":
        raise invalid("CancelUpdateStack cannot be called from current stack status")
    lifecycle.cancel(request.world, stack, request.now, request.token)
    return {}


def _existing(request: Request) -> Stack:
    stack = _find(request)
    if stack is None:
        raise invalid(f"Stack [{request.get('StackName')}] does not exist")
    return stack


def continue_update_rollback(request: Request) -> Json:
    stack = _existing(request)
    if stack.status != "UPDATE_ROLLBACK_FAILED":
        raise invalid("RollbackUpdatedStack cannot be called from current stack status")
    skipped = frozenset(request.get("ResourcesToSkip") or [])
    lifecycle.continue_rollback(request.world, stack, request.now, request.token, skipped)
    return {}


def rollback_stack(request: Request) -> Json:
    stack = _existing(request)
    if stack.status not in PAUSED:
        raise invalid(f"Stack [{stack.name}] is in {stack.status} state and can not be rolled back.")
    lifecycle.roll_back(request.world, stack, request.now, request.token)
    return {"StackId": stack.id, "OperationId": stack.last_operation[1]}


def update_termination_protection(request: Request) -> Json:
    stack = _existing(request)
    stack.protected = bool(request.get("EnableTerminationProtection"))
    return {"StackId": stack.id}


def set_stack_policy(request: Request) -> Json:
    _existing(request).policy = request.get("StackPolicyBody") or ""
    return {}


def get_stack_policy(request: Request) -> Json:
    return {"StackPolicyBody": _existing(request).policy or None}


def create_change_set(request: Request) -> Json:
    name, kind = request.get("StackName", ""), request.get("ChangeSetType") or "UPDATE"
    requests.check_name(name)
    requests.check_name(request.get("ChangeSetName", ""), "changeSetName")
    stack = _find(request)
    again = _same_change_set(request, stack)
    if again is not None:
        return {"Id": again.id, "StackId": again.stack_id}
    _check_kind(request, stack, kind)
    _check_role(request)
    revision = requests.revision(request, stack)
    if stack is None:
        stack = _new_stack(request, "REVIEW_IN_PROGRESS")
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
    elif stack.status not in PAUSED:
        _check_updatable(stack, False)


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


def _change_set(request: Request) -> tuple[Stack, ChangeSet]:
    name, stack_name = request.get("ChangeSetName", ""), request.get("StackName")
    stack = _find(request) if stack_name else None
    if stack is None and stack_name:
        raise invalid(f"Stack [{stack_name}] does not exist")
    if stack is None and not name.startswith("arn:"):
        raise invalid("StackName must be specified if ChangeSetName is not specified as an ARN.")
    found = changesets.find(request.world, stack, name)
    if found is None:
        raise no_change_set(name)
    return request.world.estate.stacks[found.stack_id], found


def delete_change_set(request: Request) -> Json:
    stack, found = _change_set(request)
    status = changesets.status(found, request.now)
    if status in ("CREATE_PENDING", "CREATE_IN_PROGRESS"):
        raise Refused("InvalidChangeSetStatus", f"Cannot delete ChangeSet in status {status}")
    stack.change_sets.pop(found.id, None)
    request.world.estate.change_sets.pop(found.id, None)
    return {}


def execute_change_set(request: Request) -> Json:
    stack, found = _change_set(request)
    requests.check_token(request.token)
    _check_executable(request, stack, found)
    disable = bool(request.get("DisableRollback"))
    if disable and found.on_stack_failure:
        raise invalid("DisableRollback cannot be given together with the change set's OnStackFailure.")
    if stack.status in PAUSED and not disable:
        raise invalid(NON_TERMINAL.format(status=stack.status))
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
    if stack.status not in (*UPDATABLE, *PAUSED, "REVIEW_IN_PROGRESS"):
        text = f"ChangeSet [{found.id}] cannot be executed in its current stack status of [{stack.status}]"
        raise Refused("InvalidChangeSetStatus", text)


def _execute(request: Request, stack: Stack, found: ChangeSet, disable: bool) -> None:
    found.execution_status = "EXECUTE_IN_PROGRESS"
    stack.change_set_id, stack.updated = found.id, request.now
    changesets.drop_others(request.world, stack, found)
    if stack.status == "REVIEW_IN_PROGRESS":
        _begin_create(request, stack, found.revision, disable, found.on_stack_failure or "ROLLBACK")
    else:
        _begin_update(request, stack, found.revision, disable)
