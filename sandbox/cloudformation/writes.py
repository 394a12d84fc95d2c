"""The calls that change stacks."""

from sandbox.cloudformation import changesets, naming, operations, requests
from sandbox.cloudformation.errors import Refused, invalid
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


def named(request: Request, field: str = "StackName") -> Stack | None:
    return request.world.estate.find(request.place, request.get(field, ""))


def new_stack(request: Request, status: str) -> Stack:
    name = request.get("StackName")
    stack = Stack(naming.stack_id(request.place, name), name, request.place, request.now, status)
    request.world.estate.add(stack)
    return stack


def check_role(request: Request) -> None:
    arn = request.get("RoleARN")
    if arn and ":role/" not in arn:
        raise invalid(f"Role {arn} is invalid or cannot be assumed")


def create_stack(request: Request) -> Json:
    name = request.get("StackName", "")
    requests.check_name(name)
    requests.check_token(request.token)
    stack = named(request)
    if stack is not None and stack.status != "REVIEW_IN_PROGRESS":
        return _same_again(request, stack)
    check_role(request)
    if request.get("OnFailure") and request.get("DisableRollback") is not None:
        raise invalid("You can specify either DisableRollback or OnFailure, but not both.")
    revision = requests.revision(request, None)
    stack = stack or new_stack(request, "")
    changesets.outdate(stack)
    stack.protected = bool(request.get("EnableTerminationProtection"))
    stack.timeout_minutes = request.get("TimeoutInMinutes")
    begin_create(request, stack, revision, bool(request.get("DisableRollback")), request.get("OnFailure") or "ROLLBACK")
    return {"StackId": stack.id, "OperationId": stack.last_operation[1]}


def _same_again(request: Request, stack: Stack) -> Json:
    """A repeated token with the same name answers as the first time."""
    if request.token and request.world.estate.seen_tokens.get((stack.id, request.token)) == "CreateStack":
        return {"StackId": stack.id}
    raise Refused("AlreadyExistsException", f"Stack [{stack.name}] already exists")


def begin_create(request: Request, stack: Stack, revision: Revision, disable: bool, on_failure: str) -> None:
    operation = operations.create(request.world, stack, revision, request.now, request.token)
    operation.on_failure, operation.disable_rollback = on_failure, disable
    operation.change_set = stack.change_set_id
    stack.disable_rollback = disable or on_failure == "DO_NOTHING"
    request.world.estate.seen_tokens[stack.id, request.token] = "CreateStack"
    operations.apply(request.world, stack, operation, request.now)


def check_updatable(stack: Stack, disable_rollback: bool) -> None:
    if stack.status in PAUSED and disable_rollback:
        return
    if stack.status in PAUSED:
        raise invalid(NON_TERMINAL.format(status=stack.status))
    if stack.status not in UPDATABLE:
        raise invalid(f"Stack:{stack.id} is in {stack.status} state and can not be updated.")


def update_stack(request: Request) -> Json:
    requests.check_name(request.get("StackName", ""))
    requests.check_token(request.token)
    stack = named(request)
    if stack is None:
        raise invalid(f"Stack [{request.get('StackName')}] does not exist")
    check_role(request)
    disable = bool(request.get("DisableRollback"))
    check_updatable(stack, disable)
    revision = requests.revision(request, stack)
    if not _differs(request, stack, revision):
        raise invalid(changesets.NO_UPDATES)
    changesets.outdate(stack)
    stack.change_set_id = ""
    begin_update(request, stack, revision, disable)
    return {"StackId": stack.id, "OperationId": stack.last_operation[1]}


def _differs(request: Request, stack: Stack, revision: Revision) -> bool:
    trial = ChangeSet("", "", "UPDATE", stack.id, revision, request.now, 0.0)
    changesets.settle(request.world, stack, trial)
    return trial.status != "FAILED" or not trial.reason.startswith((changesets.NO_CHANGES, changesets.NO_UPDATES))


def begin_update(request: Request, stack: Stack, revision: Revision, disable: bool) -> None:
    operation = operations.update(request.world, stack, revision, request.now, request.token)
    operation.disable_rollback = disable
    operation.change_set = stack.change_set_id
    operations.apply(request.world, stack, operation, request.now)


def delete_stack(request: Request) -> Json:
    stack = named(request)
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
    operations.delete(request.world, stack, request.now, request.token, retained)
    return {}


def cancel_update_stack(request: Request) -> Json:
    stack = _existing(request)
    if stack.status != "UPDATE_IN_PROGRESS":
        raise invalid("CancelUpdateStack cannot be called from current stack status")
    operations.cancel(request.world, stack, request.now, request.token)
    return {}


def _existing(request: Request) -> Stack:
    stack = named(request)
    if stack is None:
        raise invalid(f"Stack [{request.get('StackName')}] does not exist")
    return stack


def continue_update_rollback(request: Request) -> Json:
    stack = _existing(request)
    if stack.status != "UPDATE_ROLLBACK_FAILED":
        raise invalid("RollbackUpdatedStack cannot be called from current stack status")
    skipped = frozenset(request.get("ResourcesToSkip") or [])
    operations.continue_rollback(request.world, stack, request.now, request.token, skipped)
    return {}


def rollback_stack(request: Request) -> Json:
    stack = _existing(request)
    if stack.status not in PAUSED:
        raise invalid(f"Stack [{stack.name}] is in {stack.status} state and can not be rolled back.")
    operations.roll_back(request.world, stack, request.now, request.token)
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
