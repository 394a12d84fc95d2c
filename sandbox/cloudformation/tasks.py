"""One resource's way through a phase: begin, proceed when due, fail, be cancelled."""

import logging
from typing import Any

from sandbox.cloudformation import applying, events, physical, removing
from sandbox.cloudformation.errors import Failed
from sandbox.cloudformation.records import Operation, Stack, Task, run, subject
from sandbox.world import World

log = logging.getLogger("sandbox")
GRACE, HELD = 2.0, 0.2
CLEANUP_TRIES = 3


def active(operation: Operation) -> list[Task]:
    return [task for task in operation.tasks.values() if task.state in ("starting", "running")]


def begin(world: World, stack: Stack, task: Task, at: float) -> None:
    """Leaves the waiting state; what takes no time is done at once."""
    _act(world, stack, task, BEGIN[task.work], at)


def proceed(world: World, stack: Stack, task: Task) -> None:
    """What happens at the moment the task is due."""
    _act(world, stack, task, PROCEED[task.work, task.state], task.due)


def _act(world: World, stack: Stack, task: Task, act: Any, at: float) -> None:
    """A refusal fails the resource, and so does whatever breaks: neither may look like success, nor end the sandbox."""
    try:
        act(world, stack, task, at)
    except Failed as failure:
        fail(world, stack, task, failure.reason, at)
    except Exception as error:
        log.exception("the sandbox failed on %s of %s", task.logical_id, stack.name)
        fail(world, stack, task, physical.broken(subject(stack, task), error), at)


def fail(world: World, stack: Stack, task: Task, reason: str, at: float) -> None:
    if task.work == "delete" and _try_again(world, stack, task, at):
        return
    task.state = "failed"
    resource = subject(stack, task)
    stack.running.failed[task.logical_id] = task.work
    events.of_resource(stack, resource, FAILED[task.work], reason, at)


def _try_again(world: World, stack: Stack, task: Task, at: float) -> bool:
    task.tries += 1
    if "cleanup" not in stack.running.phase or task.tries >= CLEANUP_TRIES:
        return False
    run(task, at, world.clock.lasts(1))
    return True


def cancel(stack: Stack, task: Task, at: float) -> None:
    """Another resource's failure, or a person, stops this one."""
    task.state = "cancelled"
    verb = "creation" if task.work == "create" else "update"
    stack.running.failed[task.logical_id] = task.work
    events.of_resource(stack, stack.resources[task.logical_id], FAILED[task.work], f"Resource {verb} cancelled", at)


def _finish(world: World, stack: Stack, task: Task, at: float) -> None:
    if world.faults.holds(stack.name, task.logical_id):
        task.due = max(at, world.clock.now()) + HELD
        return
    stage = STAGES[task.work]
    reason = world.faults.resource_failure(stack.name, task.logical_id, stage)
    if reason is not None:
        raise Failed(reason)
    FINISH.get(task.work, _nothing)(stack, task)
    task.state = "done"
    events.of_resource(stack, subject(stack, task), COMPLETE[task.work], "", at)


def _nothing(stack: Stack, task: Task) -> None:
    return


BEGIN: dict[str, Any] = {
    "create": applying.begin_create,
    "update": applying.begin_update,
    "delete": removing.begin_delete,
    "revert": removing.begin_revert,
}

PROCEED: dict[tuple[str, str], Any] = {
    ("create", "starting"): applying.make,
    ("create", "running"): _finish,
    ("update", "starting"): applying.alter,
    ("update", "running"): _finish,
    ("replace", "starting"): applying.make_new,
    ("replace", "running"): _finish,
    ("revert", "starting"): removing.restore,
    ("revert", "running"): _finish,
    ("delete", "running"): _finish,
}

FINISH: dict[str, Any] = {"delete": removing.erase}

STAGES: dict[str, Any] = {
    "create": "create",
    "update": "update",
    "replace": "update",
    "revert": "rollback",
    "delete": "delete",
}

FAILED = {
    "create": "CREATE_FAILED",
    "update": "UPDATE_FAILED",
    "replace": "UPDATE_FAILED",
    "revert": "UPDATE_FAILED",
    "delete": "DELETE_FAILED",
}

COMPLETE = {
    "create": "CREATE_COMPLETE",
    "update": "UPDATE_COMPLETE",
    "replace": "UPDATE_COMPLETE",
    "revert": "UPDATE_COMPLETE",
    "delete": "DELETE_COMPLETE",
}
