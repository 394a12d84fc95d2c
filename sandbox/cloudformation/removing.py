"""Deleting resources, and taking changed ones back to what they were."""

from dataclasses import replace

from sandbox.cloudformation import durations, events, physical
from sandbox.cloudformation.records import Resource, Stack, Task, run, subject
from sandbox.world import World

LEAD = 1.0


def begin_delete(world: World, stack: Stack, task: Task, at: float) -> None:
    item = subject(stack, task)
    if _kept(stack, item):
        events.of_resource(stack, item, "DELETE_SKIPPED", "", at)
        task.state = "done"
    elif not item.physical_id:
        events.of_resource(stack, item, "DELETE_COMPLETE", "", at)
        task.state = "done"
    else:
        events.of_resource(stack, item, "DELETE_IN_PROGRESS", "", at)
        run(task, at, world.clock.lasts(durations.seconds("delete", item.type, item.definition)))


def _kept(stack: Stack, item: Resource) -> bool:
    operation = stack.running
    present = stack.resources.get(item.logical_id)
    replaced = present is not None and present.physical_id != item.physical_id
    policy = item.definition.get("UpdateReplacePolicy" if replaced else "DeletionPolicy", "Delete")
    if operation.phase in ("rollback", "revert-cleanup"):
        return policy == "Retain" and not replaced
    return policy in ("Retain", "RetainExceptOnCreate") or item.logical_id in operation.retained


def erase(stack: Stack, task: Task) -> None:
    physical.delete(stack, subject(stack, task))


def begin_revert(world: World, stack: Stack, task: Task, at: float) -> None:
    operation = stack.running
    earlier, present = operation.undo[task.logical_id], stack.resources[task.logical_id]
    if present.physical_id != earlier.physical_id:
        operation.leftovers = [item for item in operation.leftovers if item.physical_id != earlier.physical_id]
        operation.leftovers.append(present)
        stack.resources[task.logical_id] = replace(earlier)
        run(task, at, world.clock.lasts(LEAD))
    elif present.properties == earlier.properties and present.tags == earlier.tags:
        run(task, at, world.clock.lasts(LEAD))
    else:
        events.of_resource(stack, present, "UPDATE_IN_PROGRESS", "", at)
        lasts = world.clock.lasts(durations.seconds("update", present.type, earlier.definition))
        run(task, at, lasts, world.clock.lasts(LEAD))


def restore(world: World, stack: Stack, task: Task, at: float) -> None:
    resource, earlier = stack.resources[task.logical_id], stack.running.undo[task.logical_id]
    resource.definition, resource.tags = earlier.definition, earlier.tags
    physical.update(stack, resource, earlier.properties)
    task.state, task.due = "running", task.end
