"""Beginning a stack operation: create, update, delete, cancel, roll back."""

from uuid import uuid4

from sandbox.cloudformation import events, phases, tasks
from sandbox.cloudformation.estate import OperationLine
from sandbox.cloudformation.lifecycle import settle
from sandbox.cloudformation.records import NOTHING, Operation, Revision, Stack
from sandbox.world import World


def start(
    world: World,
    stack: Stack,
    kind: str,
    status: str,
    at: float,
    token: str = "",
    target: Revision = NOTHING,
    reason: str = "User Initiated",
) -> Operation:
    """Makes the operation and tells its first event; the caller opens the first phase and settles."""
    operation = Operation(str(uuid4()), kind, token, at, "apply", target=target, before=stack.status)
    operation.previous = stack.revision or NOTHING
    stack.operation = operation
    stack.last_operation = (kind, operation.id)
    place = (stack.place.account, stack.place.region)
    world.estate.operations.append(OperationLine(operation.id, stack.name, stack.id, *place, kind, token, at))
    events.of_stack(stack, status, reason, at, operation)
    world.estate.mark_busy(stack)
    return operation


def create(world: World, stack: Stack, revision: Revision, at: float, token: str) -> Operation:
    operation = start(world, stack, "CREATE_STACK", "CREATE_IN_PROGRESS", at, token, revision)
    stack.revision = revision
    if stack.timeout_minutes:
        operation.deadline = at + world.clock.lasts(stack.timeout_minutes * 60)
    return operation


def update(world: World, stack: Stack, revision: Revision, at: float, token: str) -> Operation:
    undo = stack.undo
    operation = start(world, stack, "UPDATE_STACK", "UPDATE_IN_PROGRESS", at, token, revision)
    if undo is not None:
        operation.previous, operation.undo, operation.leftovers = undo.previous, dict(undo.undo), list(undo.leftovers)
        operation.added = set(undo.added)
    stack.revision, stack.updated = revision, at
    return operation


def apply(world: World, stack: Stack, operation: Operation, at: float) -> None:
    """Opens the first phase of a create or an update."""
    phases.open_apply(world, stack, operation, at)
    settle(world, stack, at)


def delete(world: World, stack: Stack, at: float, token: str, retained: frozenset[str]) -> None:
    unfinished = stack.operation or stack.undo
    leftovers = unfinished.leftovers if unfinished else []
    if stack.operation is not None:
        _abandon(world, stack, at)
    operation = start(world, stack, "DELETE_STACK", "DELETE_IN_PROGRESS", at, token)
    operation.retained, operation.leftovers = retained, leftovers
    stack.deleted = at
    phases.open_delete(world, stack, operation, at)
    settle(world, stack, at)


def _abandon(world: World, stack: Stack, at: float) -> None:
    operation = stack.running
    for line in world.estate.operations:
        if line.id == operation.id:
            line.ended, line.status = at, "DELETE_IN_PROGRESS"
    stack.operation = None


def cancel(world: World, stack: Stack, at: float, token: str) -> None:
    operation = stack.running
    operation.cancelled = True
    operation.token = token or operation.token
    operation.disable_rollback, operation.on_failure = False, "ROLLBACK"
    for task in tasks.active(operation):
        tasks.cancel(stack, task, at)
    settle(world, stack, at)


def continue_rollback(world: World, stack: Stack, at: float, token: str, skipped: frozenset[str]) -> None:
    earlier = stack.interrupted
    operation = _resumed(stack, earlier, "CONTINUE_ROLLBACK", token, at)
    _log(world, stack, operation)
    phases.open_revert(world, stack, operation, "User Initiated", at)
    for task in operation.tasks.values():
        if task.logical_id in skipped:
            task.state = "done"
            events.of_resource(stack, stack.resources[task.logical_id], "UPDATE_COMPLETE", "", at)
    settle(world, stack, at)


def roll_back(world: World, stack: Stack, at: float, token: str) -> None:
    """RollbackStack, after a failed create or update that was left as it was."""
    earlier = stack.interrupted
    created = stack.status == "CREATE_FAILED"
    operation = _resumed(stack, earlier, "ROLLBACK", token, at)
    _log(world, stack, operation)
    if created:
        phases.open_rollback(stack, operation, "User Initiated", at)
    else:
        phases.open_revert(world, stack, operation, "User Initiated", at)
    settle(world, stack, at)


def _resumed(stack: Stack, earlier: Operation, kind: str, token: str, at: float) -> Operation:
    operation = Operation(str(uuid4()), kind, token, at, "revert", previous=earlier.previous)
    operation.undo, operation.added, operation.leftovers = earlier.undo, earlier.added, earlier.leftovers
    operation.before = stack.status
    stack.operation, stack.last_operation = operation, (operation.kind, operation.id)
    return operation


def _log(world: World, stack: Stack, operation: Operation) -> None:
    place = (stack.place.account, stack.place.region)
    line = OperationLine(operation.id, stack.name, stack.id, *place, operation.kind, operation.token, operation.started)
    world.estate.operations.append(line)
    world.estate.mark_busy(stack)
