"""What a change set would do: actions, replacements, scopes and details."""

from dataclasses import dataclass, field
from typing import Any

from sandbox.cloudformation import attributes, events, graph, intrinsics, schemas, scopes, tasks
from sandbox.cloudformation.errors import Failed
from sandbox.cloudformation.intrinsics import UNKNOWN, Scope
from sandbox.cloudformation.records import Estate, Json, Resource, Revision, Stack
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


def changes(plan: Plan) -> list[Json]:
    """Changes in the order of logical ids, each as DescribeChangeSet gives it with property values."""
    scope = _scope(plan)
    wanted = scopes.wanted(scope)
    found = {name: _change(plan, name, wanted[name], scope) for name in graph.order(wanted)}
    gone = [item for name, item in plan.stack.resources.items() if name not in wanted]
    found |= {item.logical_id: _removal(item) for item in gone}
    return [{"Type": "Resource", "ResourceChange": found[name]} for name in sorted(found) if found[name]]


def _scope(plan: Plan) -> Scope:
    stack, revision = plan.stack, plan.revision
    return Scope(
        template=revision.template,
        parameters=revision.resolved,
        pseudo=intrinsics.pseudo(stack.place, stack.name, stack.id, revision.notification_arns),
        ref=lambda name: UNKNOWN if _new(plan, name) else stack.resources[name].physical_id,
        attribute=lambda name, attribute: _attribute(plan, name, attribute),
        exported=lambda name: _exported(plan, name),
    )


def _new(plan: Plan, name: str) -> bool:
    present = plan.stack.resources.get(name)
    return present is None or not present.physical_id or name in plan.replaced


def _attribute(plan: Plan, name: str, attribute: str) -> Any:
    if _new(plan, name) or attribute in plan.changed.get(name, []):
        return UNKNOWN
    try:
        return attributes.attribute(plan.stack.place, plan.stack.resources[name], attribute)
    except Failed:
        return UNKNOWN


def _exported(plan: Plan, name: str) -> str:
    try:
        return scopes.importer(plan.estate, plan.stack.place, str)(name)
    except Failed as failure:
        plan.missing[name] = failure.reason.replace(" found", "")
        return UNKNOWN


def _removal(item: Resource) -> Json:
    policy = {"Retain": "Retain", "Snapshot": "Snapshot"}.get(item.definition.get("DeletionPolicy", ""), "Delete")
    before = {"Properties": item.properties}
    return _line("Remove", item.logical_id, item.type, item.physical_id) | {
        "PolicyAction": policy,
        "BeforeContext": before,
    }


def _line(action: str, logical_id: str, kind: str, physical_id: str) -> Json:
    line: Json = {"Action": action, "LogicalResourceId": logical_id, "ResourceType": kind, "Scope": [], "Details": []}
    return line | ({"PhysicalResourceId": physical_id} if physical_id else {})


def _change(plan: Plan, name: str, definition: Json, scope: Scope) -> Json:
    present = plan.stack.resources.get(name)
    properties = scopes.properties(definition, scope)
    if present is None or not present.physical_id:
        return _line("Add", name, definition["Type"], "") | {"AfterContext": {"Properties": properties}}
    names = tasks.changed(present.properties, properties)
    plan.changed[name] = names
    details = [detail for prop in names for detail in _details(plan, present, definition, properties, prop)]
    details += _other_details(plan, present, definition)
    if not details:
        return {}
    return _modification(plan, present, definition, properties, details)


def _modification(plan: Plan, present: Resource, definition: Json, properties: Json, details: list[Json]) -> Json:
    replacement = "True" if present.type != definition["Type"] else _replacement(details)
    if replacement == "True":
        plan.replaced.add(present.logical_id)
    line = _line("Modify", present.logical_id, definition["Type"], present.physical_id)
    line |= {"Replacement": replacement, "Details": details, "Scope": _scope_names(details)}
    if replacement == "True":
        line["PolicyAction"] = _replace_policy(definition)
    contexts = {"BeforeContext": {"Properties": present.properties}, "AfterContext": {"Properties": properties}}
    return line | contexts


def _replace_policy(definition: Json) -> str:
    policy = definition.get("UpdateReplacePolicy", "Delete")
    return {"Retain": "ReplaceAndRetain", "Snapshot": "ReplaceAndSnapshot"}.get(policy, "ReplaceAndDelete")


def _scope_names(details: list[Json]) -> list[str]:
    return list(dict.fromkeys(detail["Target"]["Attribute"] for detail in details))


def _replacement(details: list[Json]) -> str:
    """Always and Static replaces; Always and Dynamic, or Conditionally, may."""
    worst = {(d["Target"]["RequiresRecreation"], d["Evaluation"]) for d in details}
    if ("Always", "Static") in worst:
        return "True"
    return "Conditional" if any(recreation != "Never" for recreation, _ in worst) else "False"


def _details(plan: Plan, present: Resource, definition: Json, properties: Json, name: str) -> list[Json]:
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
    return _new(plan, name) or attribute in plan.changed.get(name, [])


def _caused(target: Json, entity: str, source: str, evaluation: str) -> Json:
    return _detail(target, source, evaluation) | {"CausingEntity": entity}


def _detail(target: Json, source: str, evaluation: str) -> Json:
    return {"Target": target, "ChangeSource": source, "Evaluation": evaluation}


def _other_details(plan: Plan, present: Resource, definition: Json) -> list[Json]:
    """Changes outside the properties: stack tags, metadata."""
    names = ["Metadata"] if present.definition.get("Metadata") != definition.get("Metadata") else []
    if schemas.tag_property(present.type) and present.tags != plan.revision.tags:
        names.append("Tags")
    target = {"RequiresRecreation": "Never"}
    return [_detail(target | {"Attribute": name}, "DirectModification", "Static") for name in names]


def without_values(change: Json) -> Json:
    """The change as DescribeChangeSet gives it unless IncludePropertyValues is asked for."""
    line = {
        key: value for key, value in change["ResourceChange"].items() if key not in ("BeforeContext", "AfterContext")
    }
    line["Details"] = [detail | {"Target": _plain(detail["Target"])} for detail in line["Details"]]
    return change | {"ResourceChange": line}


def with_values(change: Json) -> Json:
    line = dict(change["ResourceChange"])
    for key in ("BeforeContext", "AfterContext"):
        if key in line:
            line[key] = events.text(line[key])
    return change | {"ResourceChange": line}


def _plain(target: Json) -> Json:
    return {key: value for key, value in target.items() if key in ("Attribute", "Name", "RequiresRecreation")}
