"""One resource's way through a phase: begin, proceed when due, fail, be cancelled."""

from dataclasses import replace
from typing import Any

from sandbox.cloudformation import durations, events, physical, schemas, scopes
from sandbox.cloudformation.errors import Failed
from sandbox.cloudformation.intrinsics import Scope
from sandbox.cloudformation.records import Json, Operation, Resource, Stack, Task
from sandbox.world import World

REPLACING = "Requested update requires the creation of a new physical resource; hence creating one."
NAMED = (
    "CloudFormation cannot update a stack when a custom-named resource requires replacing. "
    "Rename {name} and update the stack again."
)
LEAD, LEAD_REPLACING, GRACE, HELD = 1.0, 3.0, 2.0, 0.2
CLEANUP_TRIES = 3


def active(operation: Operation) -> list[Task]:
    return [task for task in operation.tasks.values() if task.state in ("starting", "running")]


def begin(world: World, stack: Stack, task: Task, at: float) -> None:
    """Leaves the waiting state; what takes no time is done at once."""
    try:
        BEGIN[task.work](world, stack, task, at)
    except Failed as failure:
        fail(world, stack, task, failure.reason, at)


def proceed(world: World, stack: Stack, task: Task) -> None:
    """What happens at the moment the task is due."""
    at = task.due
    try:
        PROCEED[task.work, task.state](world, stack, task, at)
    except Failed as failure:
        fail(world, stack, task, failure.reason, at)


def fail(world: World, stack: Stack, task: Task, reason: str, at: float) -> None:
    if task.work == "delete" and _try_again(world, stack, task, at):
        return
    task.state = "failed"
    resource = subject(stack, task)
    stack.running.failed[task.logical_id] = task.work
    events.of_resource(stack, resource, FAILED[task.work], reason, at)


def subject(stack: Stack, task: Task) -> Resource:
    """The resource that a task is about: a given one when it is no longer the stack's own."""
    return task.item or stack.resources[task.logical_id]


def _try_again(world: World, stack: Stack, task: Task, at: float) -> bool:
    task.tries += 1
    if "cleanup" not in stack.running.phase or task.tries >= CLEANUP_TRIES:
        return False
    _run(world, task, at, world.clock.lasts(1))
    return True


def cancel(stack: Stack, task: Task, at: float) -> None:
    """Another resource's failure, or a person, stops this one."""
    task.state = "cancelled"
    verb = "creation" if task.work == "create" else "update"
    stack.running.failed[task.logical_id] = task.work
    events.of_resource(stack, stack.resources[task.logical_id], FAILED[task.work], f"Resource {verb} cancelled", at)


def _evaluated(world: World, stack: Stack, task: Task) -> tuple[Json, Json, Scope]:
    revision = stack.running.target
    scope = scopes.live(world.estate, stack, revision)
    definition: Json = revision.template["Resources"][task.logical_id]
    return definition, scopes.properties(definition, scope), scope


def _run(world: World, task: Task, at: float, lasts: float, lead: float = 0.0) -> None:
    task.state = "starting" if lead else "running"
    task.end = at + lasts
    task.due = at + min(lead, lasts / 5) if lead else task.end


def _begin_create(world: World, stack: Stack, task: Task, at: float) -> None:
    revision = stack.running.target
    definition = revision.template["Resources"][task.logical_id]
    resource = Resource(task.logical_id, definition["Type"], definition, tags=_tags(definition["Type"], revision.tags))
    if task.logical_id not in stack.running.undo:
        stack.running.added.add(task.logical_id)
    _discard(stack, stack.resources.get(task.logical_id))
    stack.resources[task.logical_id] = resource
    resource.properties = _evaluated(world, stack, task)[1]
    events.of_resource(stack, resource, "CREATE_IN_PROGRESS", "", at)
    lasts = world.clock.lasts(durations.seconds("create", resource.type, definition))
    _run(world, task, at, lasts, world.clock.lasts(LEAD))


def _discard(stack: Stack, leftover: Resource | None) -> None:
    if leftover is not None and leftover.physical_id:
        stack.running.leftovers.append(leftover)


def _tags(resource_type: str, tags: dict[str, str]) -> dict[str, str]:
    return dict(tags) if schemas.tag_property(resource_type) else {}


def _begin_update(world: World, stack: Stack, task: Task, at: float) -> None:
    resource = stack.resources.get(task.logical_id)
    if resource is None or resource.status.startswith("CREATE_FAILED") or not resource.physical_id:
        task.work = "create"
        begin(world, stack, task, at)
        return
    undo = stack.running.undo
    fresh = task.logical_id not in undo
    undo.setdefault(task.logical_id, replace(resource))
    definition, properties, _ = _evaluated(world, stack, task)
    if _same(resource, definition, properties, _new_tags(stack, definition)):
        resource.definition, task.state = definition, "done"
        if fresh:
            del undo[task.logical_id]
        return
    _change(world, stack, task, resource, definition, properties, at)


def _same(resource: Resource, definition: Json, properties: Json, tags: dict[str, str]) -> bool:
    metadata = (resource.definition.get("Metadata"), definition.get("Metadata"))
    kind = resource.type == definition["Type"]
    return kind and resource.properties == properties and metadata[0] == metadata[1] and resource.tags == tags


def _change(
    world: World, stack: Stack, task: Task, resource: Resource, definition: Json, properties: Json, at: float
) -> None:
    replaced = replaces(resource, definition, properties)
    task.work = "replace" if replaced else "update"
    if replaced:
        _refuse_same_name(resource, properties)
    events.of_resource(stack, resource, "UPDATE_IN_PROGRESS", REPLACING if replaced else "", at, properties)
    lasts = world.clock.lasts(durations.seconds(task.work, definition["Type"], definition))
    lead = world.clock.lasts(LEAD_REPLACING if replaced else LEAD)
    _run(world, task, at, lasts, lead)


def replaces(resource: Resource, definition: Json, properties: Json) -> bool:
    names = changed(resource.properties, properties)
    if resource.type != definition["Type"]:
        return True
    return any(schemas.recreation(resource.type, name) == "Always" for name in names)


def changed(before: Json, after: Json) -> list[str]:
    """Top-level properties that differ, sorted."""
    missing = object()
    return sorted(name for name in before | after if before.get(name, missing) != after.get(name, missing))


def _refuse_same_name(resource: Resource, properties: Json) -> None:
    name = physical.custom_name(resource)
    if name and physical.custom_name(replace(resource, properties=properties)) == name:
        raise Failed(NAMED.format(name=name))


def _make(world: World, stack: Stack, task: Task, at: float) -> None:
    resource = stack.resources[task.logical_id]
    physical.create(stack, resource)
    events.of_resource(stack, resource, "CREATE_IN_PROGRESS", "Resource creation Initiated", at)
    task.state, task.due = "running", task.end


def _make_new(world: World, stack: Stack, task: Task, at: float) -> None:
    old = stack.resources[task.logical_id]
    definition, properties, _ = _evaluated(world, stack, task)
    new = Resource(
        old.logical_id, definition["Type"], definition, properties=properties, tags=_new_tags(stack, definition)
    )
    physical.create(stack, new)
    stack.running.leftovers.append(replace(old))
    stack.resources[task.logical_id] = new
    events.of_resource(stack, new, "UPDATE_IN_PROGRESS", "Resource creation Initiated", at)
    task.state, task.due = "running", task.end


def _new_tags(stack: Stack, definition: Json) -> dict[str, str]:
    revision = stack.running.target
    return _tags(definition["Type"], revision.tags)


def _alter(world: World, stack: Stack, task: Task, at: float) -> None:
    resource = stack.resources[task.logical_id]
    definition, properties, _ = _evaluated(world, stack, task)
    resource.definition, resource.tags = definition, _new_tags(stack, definition)
    physical.update(stack, resource, properties)
    task.state, task.due = "running", task.end


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


def _begin_delete(world: World, stack: Stack, task: Task, at: float) -> None:
    item = subject(stack, task)
    if _kept(stack, item):
        events.of_resource(stack, item, "DELETE_SKIPPED", "", at)
        task.state = "done"
    elif not item.physical_id:
        events.of_resource(stack, item, "DELETE_COMPLETE", "", at)
        task.state = "done"
    else:
        events.of_resource(stack, item, "DELETE_IN_PROGRESS", "", at)
        _run(world, task, at, world.clock.lasts(durations.seconds("delete", item.type, item.definition)))


def _kept(stack: Stack, item: Resource) -> bool:
    operation = stack.running
    present = stack.resources.get(item.logical_id)
    replaced = present is not None and present.physical_id != item.physical_id
    policy = item.definition.get("UpdateReplacePolicy" if replaced else "DeletionPolicy", "Delete")
    if operation.phase in ("rollback", "revert-cleanup"):
        return policy == "Retain" and not replaced
    return policy in ("Retain", "RetainExceptOnCreate") or item.logical_id in operation.retained


def _erase(stack: Stack, task: Task) -> None:
    physical.delete(stack, subject(stack, task))


def _begin_revert(world: World, stack: Stack, task: Task, at: float) -> None:
    operation = stack.running
    earlier, present = operation.undo[task.logical_id], stack.resources[task.logical_id]
    if present.physical_id != earlier.physical_id:
        operation.leftovers = [item for item in operation.leftovers if item.physical_id != earlier.physical_id]
        operation.leftovers.append(present)
        stack.resources[task.logical_id] = replace(earlier)
        _run(world, task, at, world.clock.lasts(LEAD))
    elif present.properties == earlier.properties and present.tags == earlier.tags:
        _run(world, task, at, world.clock.lasts(LEAD))
    else:
        events.of_resource(stack, present, "UPDATE_IN_PROGRESS", "", at)
        lasts = world.clock.lasts(durations.seconds("update", present.type, earlier.definition))
        _run(world, task, at, lasts, world.clock.lasts(LEAD))


def _restore(world: World, stack: Stack, task: Task, at: float) -> None:
    resource, earlier = stack.resources[task.logical_id], stack.running.undo[task.logical_id]
    resource.definition, resource.tags = earlier.definition, earlier.tags
    physical.update(stack, resource, earlier.properties)
    task.state, task.due = "running", task.end


BEGIN: dict[str, Any] = {
    "create": _begin_create,
    "update": _begin_update,
    "delete": _begin_delete,
    "revert": _begin_revert,
}
PROCEED: dict[tuple[str, str], Any] = {
    ("create", "starting"): _make,
    ("create", "running"): _finish,
    ("update", "starting"): _alter,
    ("update", "running"): _finish,
    ("replace", "starting"): _make_new,
    ("replace", "running"): _finish,
    ("revert", "starting"): _restore,
    ("revert", "running"): _finish,
    ("delete", "running"): _finish,
}
FINISH: dict[str, Any] = {"delete": _erase}
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
