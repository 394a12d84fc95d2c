"""What a change set would do: actions, replacements, scopes and details."""

from typing import Any

from sandbox.cloudformation import attributes, comparing, details, events, graph, intrinsics, scopes
from sandbox.cloudformation.details import Plan
from sandbox.cloudformation.errors import Failed
from sandbox.cloudformation.intrinsics import UNKNOWN, Scope
from sandbox.cloudformation.records import Json, Resource


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
        ref=lambda name: UNKNOWN if details.made_anew(plan, name) else stack.resources[name].physical_id,
        attribute=lambda name, attribute: _attribute(plan, name, attribute),
        exported=lambda name: _exported(plan, name),
    )


def _attribute(plan: Plan, name: str, attribute: str) -> Any:
    if details.made_anew(plan, name) or attribute in plan.changed.get(name, []):
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
    names = comparing.changed(present.properties, properties)
    plan.changed[name] = names
    found = [detail for prop in names for detail in details.of_property(plan, present, definition, properties, prop)]
    found += details.of_the_rest(plan, present, definition)
    if not found:
        return {}
    return _modification(plan, present, definition, properties, found)


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
