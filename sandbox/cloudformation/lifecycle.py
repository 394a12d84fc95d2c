"""Stack operations: how they begin, and how time moves them on.

Everything in progress is data with due moments. `advance` plays what is due in order and stamps it with
its due moment, however late it is called.
"""

from collections.abc import Callable
from functools import partial
from uuid import uuid4

from sandbox.cloudformation import changesets, events, phases, tasks
from sandbox.cloudformation.records import NOTHING, Operation, OperationLine, Revision, Stack, Task
from sandbox.world import World

Step = tuple[float, Callable[[], None]]
TIMED_OUT = "Stack creation time exceeded the specified timeout"


def advance(world: World, now: float) -> bool:
    """Plays everything due until `now`; True when anything happened."""
    moved = False
    while (found := _next(world)) is not None and found[0] <= now:
        found[1]()
        moved = True
    world.changed = world.changed or moved
    return moved


def next_due(world: World) -> float | None:
    found = _next(world)
    return None if found is None else found[0]


def _next(world: World) -> Step | None:
    steps: list[Step] = []
    for stack in world.estate.busy():
        steps += _steps(world, stack)
    return min(steps, key=lambda step: step[0], default=None)


def _steps(world: World, stack: Stack) -> list[Step]:
    steps: list[Step] = [(c.due, partial(changesets.settle, world, stack, c)) for c in changesets.pending(stack)]
    operation = stack.operation
    if operation is None:
        return steps
    steps += [(task.due, partial(_proceed, world, stack, task)) for task in tasks.active(operation)]
    if operation.deadline is not None and operation.phase == "apply":
        steps.append((operation.deadline, partial(_time_out, world, stack, operation.deadline)))
    return steps


def _proceed(world: World, stack: Stack, task: Task) -> None:
    at = task.due
    if task.stopping:
        tasks.cancel(stack, task, at)
    else:
        tasks.proceed(world, stack, task)
    settle(world, stack, at)


def _time_out(world: World, stack: Stack, at: float) -> None:
    operation = stack.running
    operation.broken, operation.deadline = TIMED_OUT, None
    for task in tasks.active(operation):
        tasks.cancel(stack, task, at)
    settle(world, stack, at)


def settle(world: World, stack: Stack, at: float) -> None:
    """Begins what can begin; when nothing is left in progress the phase ends and the next one opens."""
    while (operation := stack.operation) is not None:
        _stop_others(world, operation, at)
        ready = _ready(operation)
        for task in ready:
            if not _stopped(operation):
                tasks.begin(world, stack, task, at)
        if ready and not _stopped(operation):
            continue
        if tasks.active(operation):
            return
        phases.end_phase(world, stack, operation, at)


def _stopped(operation: Operation) -> bool:
    return operation.phase == "apply" and bool(operation.failed or operation.broken or operation.cancelled)


def _ready(operation: Operation) -> list[Task]:
    if _stopped(operation):
        return []
    done = {task.key for task in operation.tasks.values() if task.state == "done"}
    return [task for task in operation.tasks.values() if task.state == "waiting" and task.needs <= done]


def _stop_others(world: World, operation: Operation, at: float) -> None:
    """After a failure what still runs is cancelled a moment later, unless it ends before."""
    if not _stopped(operation):
        return
    until = at + world.clock.lasts(tasks.GRACE)
    for task in tasks.active(operation):
        if not task.stopping and (task.state == "starting" or task.due > until):
            task.stopping, task.due = True, until


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
    leftovers = stack.operation.leftovers if stack.operation else []
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
    operation = _resumed(stack, earlier, token, at)
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
    operation = _resumed(stack, earlier, token, at)
    _log(world, stack, operation)
    if created:
        phases.open_rollback(stack, operation, "User Initiated", at)
    else:
        phases.open_revert(world, stack, operation, "User Initiated", at)
    settle(world, stack, at)


def _resumed(stack: Stack, earlier: Operation, token: str, at: float) -> Operation:
    operation = Operation(str(uuid4()), "CONTINUE_ROLLBACK", token, at, "revert", previous=earlier.previous)
    operation.undo, operation.added, operation.leftovers = earlier.undo, earlier.added, earlier.leftovers
    operation.before = stack.status
    stack.operation, stack.last_operation = operation, (operation.kind, operation.id)
    return operation


def _log(world: World, stack: Stack, operation: Operation) -> None:
    place = (stack.place.account, stack.place.region)
    line = OperationLine(operation.id, stack.name, stack.id, *place, operation.kind, operation.token, operation.started)
    world.estate.operations.append(line)
    world.estate.mark_busy(stack)


def rescale(world: World, speed: float) -> None:
    """Changes the speed; what is in progress keeps the share that it has left."""
    now, ratio = world.clock.now(), world.clock.speed / speed
    world.clock.speed = speed
    for stack in world.estate.busy():
        for change_set in changesets.pending(stack):
            change_set.due = now + (change_set.due - now) * ratio
        operation = stack.operation
        if operation is not None and operation.deadline is not None:
            operation.deadline = now + (operation.deadline - now) * ratio
        for task in tasks.active(operation) if operation else []:
            task.due, task.end = now + (task.due - now) * ratio, now + (task.end - now) * ratio
