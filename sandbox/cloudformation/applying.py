"""Creating, changing and replacing a resource while a template is applied."""

from dataclasses import replace

from sandbox.cloudformation import durations, events, physical, schemas, scopes
from sandbox.cloudformation.comparing import replaces
from sandbox.cloudformation.errors import Failed
from sandbox.cloudformation.records import Json, Resource, Stack, Task, run
from sandbox.world import World

REPLACING = "Requested update requires the creation of a new physical resource; hence creating one."

NAMED = (
    "CloudFormation cannot update a stack when a custom-named resource requires replacing. "
    "Rename {name} and update the stack again."
)

# AWS seconds until the service has taken the request
LEAD, LEAD_REPLACING = 1.0, 3.0


def begin_create(world: World, stack: Stack, task: Task, at: float) -> None:
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
    run(task, at, lasts, world.clock.lasts(LEAD))


def _discard(stack: Stack, leftover: Resource | None) -> None:
    if leftover is not None and leftover.physical_id:
        stack.running.leftovers.append(leftover)


def _tags(resource_type: str, tags: dict[str, str]) -> dict[str, str]:
    return dict(tags) if schemas.tag_property(resource_type) else {}


def _new_tags(stack: Stack, definition: Json) -> dict[str, str]:
    revision = stack.running.target
    return _tags(definition["Type"], revision.tags)


def _evaluated(world: World, stack: Stack, task: Task) -> tuple[Json, Json]:
    revision = stack.running.target
    scope = scopes.live(world.estate, stack, revision)
    definition: Json = revision.template["Resources"][task.logical_id]
    return definition, scopes.properties(definition, scope)


def begin_update(world: World, stack: Stack, task: Task, at: float) -> None:
    resource = stack.resources.get(task.logical_id)
    if resource is None or resource.status.startswith("CREATE_FAILED") or not resource.physical_id:
        task.work = "create"
        begin_create(world, stack, task, at)
        return
    undo = stack.running.undo
    fresh = task.logical_id not in undo
    undo.setdefault(task.logical_id, replace(resource))
    definition, properties = _evaluated(world, stack, task)
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
    run(task, at, lasts, lead)


def _refuse_same_name(resource: Resource, properties: Json) -> None:
    name = physical.custom_name(resource)
    if name and physical.custom_name(replace(resource, properties=properties)) == name:
        raise Failed(NAMED.format(name=name))


def make(world: World, stack: Stack, task: Task, at: float) -> None:
    resource = stack.resources[task.logical_id]
    physical.create(stack, resource)
    events.of_resource(stack, resource, "CREATE_IN_PROGRESS", "Resource creation Initiated", at)
    task.state, task.due = "running", task.end


def make_new(world: World, stack: Stack, task: Task, at: float) -> None:
    old = stack.resources[task.logical_id]
    definition, properties = _evaluated(world, stack, task)
    new = Resource(
        old.logical_id, definition["Type"], definition, properties=properties, tags=_new_tags(stack, definition)
    )
    physical.create(stack, new)
    stack.running.leftovers.append(replace(old))
    stack.resources[task.logical_id] = new
    events.of_resource(stack, new, "UPDATE_IN_PROGRESS", "Resource creation Initiated", at)
    task.state, task.due = "running", task.end


def alter(world: World, stack: Stack, task: Task, at: float) -> None:
    resource = stack.resources[task.logical_id]
    definition, properties = _evaluated(world, stack, task)
    resource.definition, resource.tags = definition, _new_tags(stack, definition)
    physical.update(stack, resource, properties)
    task.state, task.due = "running", task.end
