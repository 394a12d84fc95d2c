"""Who must come before whom."""

from collections.abc import Iterable

from sandbox.cloudformation.records import Json, Resource, Task, Work
from sandbox.cloudformation.template import depends_on, references


def needs(definition: Json, known: Iterable[str]) -> frozenset[str]:
    """The logical ids among `known` that this resource waits for."""
    named = {name for name, _ in references(definition.get("Properties") or {})} | set(depends_on(definition))
    return frozenset(named & set(known))


def applying(definitions: dict[str, Json], work: Work) -> dict[str, Task]:
    """Tasks in the order of references."""
    return {name: Task(name, name, work, needs(d, definitions) - {name}) for name, d in definitions.items()}


def deleting(items: list[Resource]) -> dict[str, Task]:
    """Tasks in the reverse order: a resource goes after those that refer to it."""
    keys = {key(item): item for item in items}
    wants = {name: needs(item.definition, (i.logical_id for i in items)) for name, item in keys.items()}
    return {name: _deletion(name, item, keys, wants) for name, item in keys.items()}


def _deletion(name: str, item: Resource, keys: dict[str, Resource], wants: dict[str, frozenset[str]]) -> Task:
    users = (other for other in keys if keys[other].logical_id != item.logical_id and item.logical_id in wants[other])
    return Task(name, item.logical_id, "delete", frozenset(users), item)


def key(item: Resource) -> str:
    return f"{item.logical_id} {item.physical_id}"


def order(definitions: dict[str, Json]) -> list[str]:
    """Logical ids, needed ones first; a circle keeps the template's order."""
    done: dict[str, None] = {}
    waiting = {name: needs(d, definitions) - {name} for name, d in definitions.items()}
    while waiting:
        ready = [name for name, wants in waiting.items() if wants <= done.keys()] or list(waiting)
        for name in ready:
            done[name] = None
            del waiting[name]
    return list(done)


def circle(definitions: dict[str, Json]) -> list[str]:
    """The resources of a circular dependency, or nothing."""
    waiting = {name: needs(d, definitions) - {name} for name, d in definitions.items()}
    while ready := [name for name, wants in waiting.items() if not wants & waiting.keys()]:
        for name in ready:
            del waiting[name]
    return sorted(waiting)
