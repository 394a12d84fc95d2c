"""How time moves stack operations and change sets on.

Everything in progress is data with due moments. `advance` plays what is due in order and stamps it with
its due moment, however late it is called.
"""

from collections.abc import Callable
from functools import partial

from sandbox.cloudformation import changesets, phases, tasks
from sandbox.cloudformation.records import Operation, Stack, Task
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
