"""Why a resource changes: the details of a change, one or two for each property."""

from dataclasses import dataclass, field
from typing import Any

from sandbox.cloudformation import events, schemas
from sandbox.cloudformation.estate import Estate
from sandbox.cloudformation.records import Json, Resource, Revision, Stack
from sandbox.cloudformation.template import references


@dataclass
class Plan:
    """What is known so far, in order of dependency: properties to change, resources to replace, exports missing."""

    estate: Estate
    stack: Stack
    revision: Revision
    changed: dict[str, list[str]] = field(default_factory=dict)
    replaced: set[str] = field(default_factory=set)
    missing: dict[str, str] = field(default_factory=dict)


def made_anew(plan: Plan, name: str) -> bool:
    present = plan.stack.resources.get(name)
    return present is None or not present.physical_id or name in plan.replaced


def of_property(plan: Plan, present: Resource, definition: Json, properties: Json, name: str) -> list[Json]:
    before = (present.definition.get("Properties") or {}).get(name)
    after = (definition.get("Properties") or {}).get(name)
    target = _target(present, properties, name)
    causes = [_caused(target, *cause) for cause in _causes(plan, after)]
    if before != after or not causes:
        return [*causes, _detail(target, "DirectModification", "Static")]
    if any(cause["ChangeSource"] == "ParameterReference" for cause in causes):
        return [*causes, _detail(target, "DirectModification", "Dynamic")]
    return causes


def _target(present: Resource, properties: Json, name: str) -> Json:
    values = {"BeforeValue": present.properties.get(name), "AfterValue": properties.get(name)}
    target = {key: _shown(value) for key, value in values.items() if value is not None}
    target["AttributeChangeType"] = "Modify" if len(target) == 2 else "Add" if "AfterValue" in target else "Remove"
    target["Path"] = f"/Properties/{name}"
    if name == schemas.tag_property(present.type):
        return target | {"Attribute": "Tags", "RequiresRecreation": "Never"}
    return target | {
        "Attribute": "Properties",
        "Name": name,
        "RequiresRecreation": schemas.recreation(present.type, name),
    }


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else events.text(value)


def _causes(plan: Plan, raw: Any) -> list[tuple[str, str, str]]:
    """(entity, source, evaluation) of what changes this value from outside."""
    causes = []
    for name, attribute in sorted(references(raw)):
        if not attribute and _parameter_changed(plan, name):
            causes.append((name, "ParameterReference", "Static"))
        elif name in plan.revision.template["Resources"] and _moves(plan, name, attribute):
            source = "ResourceAttribute" if attribute else "ResourceReference"
            evaluation = "Static" if name in plan.replaced else "Dynamic"
            causes.append((f"{name}.{attribute}" if attribute else name, source, evaluation))
    return causes


def _parameter_changed(plan: Plan, name: str) -> bool:
    earlier = plan.stack.revision.resolved if plan.stack.revision else {}
    return name in plan.revision.resolved and plan.revision.resolved[name] != earlier.get(name)


def _moves(plan: Plan, name: str, attribute: str) -> bool:
    return made_anew(plan, name) or attribute in plan.changed.get(name, [])


def _caused(target: Json, entity: str, source: str, evaluation: str) -> Json:
    return _detail(target, source, evaluation) | {"CausingEntity": entity}


def _detail(target: Json, source: str, evaluation: str) -> Json:
    return {"Target": target, "ChangeSource": source, "Evaluation": evaluation}


def of_the_rest(plan: Plan, present: Resource, definition: Json) -> list[Json]:
    """Changes outside the properties: stack tags, metadata."""
    names = ["Metadata"] if present.definition.get("Metadata") != definition.get("Metadata") else []
    if schemas.tag_property(present.type) and present.tags != plan.revision.tags:
        names.append("Tags")
    target = {"RequiresRecreation": "Never"}
    return [_detail(target | {"Attribute": name}, "DirectModification", "Static") for name in names]
