"""What differs between a resource as it stands and as a template wants it."""

from sandbox.cloudformation import schemas
from sandbox.cloudformation.records import Json, Resource


def replaces(resource: Resource, definition: Json, properties: Json) -> bool:
    names = changed(resource.properties, properties)
    if resource.type != definition["Type"]:
        return True
    return any(schemas.recreation(resource.type, name) == "Always" for name in names)


def changed(before: Json, after: Json) -> list[str]:
    """Top-level properties that differ, sorted."""
    missing = object()
    return sorted(name for name in before | after if before.get(name, missing) != after.get(name, missing))
