"""The scope in which a stack's template is evaluated."""

from collections.abc import Callable, Iterable
from typing import Any

from sandbox.cloudformation import attributes, intrinsics
from sandbox.cloudformation.errors import Failed
from sandbox.cloudformation.estate import Estate
from sandbox.cloudformation.intrinsics import Scope
from sandbox.cloudformation.records import Json, Place, Resource, Revision, Stack


def live(estate: Estate, stack: Stack, revision: Revision) -> Scope:
    """Names mean what stands in AWS now."""
    return Scope(
        template=revision.template,
        parameters=revision.resolved,
        pseudo=intrinsics.pseudo(stack.place, stack.name, stack.id, revision.notification_arns),
        ref=lambda name: standing(stack, name).physical_id,
        attribute=lambda name, attribute: attributes.attribute(stack.place, standing(stack, name), attribute),
        exported=importer(estate, stack.place, stack.imports.add),
    )


def standing(stack: Stack, name: str) -> Resource:
    resource = stack.resources.get(name)
    if resource is None:
        raise Failed(
            f"Template format error: Unresolved resource dependencies [{name}] in the Resources block of the template"
        )
    return resource


def importer(estate: Estate, place: Place, noted: Callable[[str], Any]) -> Callable[[str], str]:
    def exported(name: str) -> str:
        for stack in in_place(estate, place):
            if name in stack.exports:
                noted(name)
                return stack.exports[name]
        raise Failed(f"No export named {name} found")

    return exported


def in_place(estate: Estate, place: Place) -> Iterable[Stack]:
    """The stacks of a region that are not deleted."""
    return (stack for stack in estate.stacks.values() if stack.place == place and stack.status != "DELETE_COMPLETE")


def wanted(scope: Scope) -> dict[str, Json]:
    """The resources whose condition holds."""
    definitions: Json = scope.template["Resources"]
    return {name: definition for name, definition in definitions.items() if intrinsics.wanted(definition, scope)}


def properties(definition: Json, scope: Scope) -> Json:
    found: Json = intrinsics.evaluate(definition.get("Properties") or {}, scope)
    return found
