"""A stack's outputs, exports and imports, and who may not be broken by a change."""

from typing import Any

from sandbox.cloudformation import intrinsics, scopes
from sandbox.cloudformation.errors import Failed
from sandbox.cloudformation.estate import Estate
from sandbox.cloudformation.intrinsics import Scope
from sandbox.cloudformation.records import Json, Revision, Stack


def settle(estate: Estate, stack: Stack, revision: Revision) -> None:
    """Sets outputs, exports and imports; raises Failed with what AWS says when they cannot stand."""
    scope = scopes.live(estate, stack, revision)
    lines = [_output(name, item, scope) for name, item in _wanted(revision, scope).items()]
    exports = {line["ExportName"]: line["OutputValue"] for line in lines if "ExportName" in line}
    _refuse_duplicates(estate, stack, exports)
    _refuse_broken_imports(estate, stack, exports)
    stack.outputs, stack.exports = lines, exports
    stack.imports = names_imported(revision.template, scope)


def _wanted(revision: Revision, scope: Scope) -> Json:
    outputs = revision.template.get("Outputs") or {}
    return {name: item for name, item in outputs.items() if intrinsics.wanted(item, scope)}


def _output(name: str, item: Json, scope: Scope) -> Json:
    try:
        line = {"OutputKey": name, "OutputValue": _text(intrinsics.evaluate(item.get("Value"), scope))}
    except Failed as failure:
        raise Failed(f"[Error] /Outputs/{name}/Value: {failure.reason}") from failure
    if "Description" in item:
        line["Description"] = item["Description"]
    if "Export" in item:
        line["ExportName"] = intrinsics.evaluate(item["Export"]["Name"], scope)
    return line


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


def _refuse_duplicates(estate: Estate, stack: Stack, exports: dict[str, str]) -> None:
    for other in scopes.in_place(estate, stack.place):
        if other is not stack and (names := sorted(exports.keys() & other.exports.keys())):
            raise Failed(f"Export with name {names[0]} is already exported by stack {other.name}")


def _refuse_broken_imports(estate: Estate, stack: Stack, exports: dict[str, str]) -> None:
    for name, value in stack.exports.items():
        users = importers(estate, stack, name)
        if users and exports.get(name) != value:
            verb = "updated" if name in exports else "deleted"
            raise Failed(f"Export {name} cannot be {verb} as it is in use by {' and '.join(users)}")


def importers(estate: Estate, stack: Stack, name: str) -> list[str]:
    """Names of the other stacks that import this export."""
    return [
        other.name for other in scopes.in_place(estate, stack.place) if other is not stack and name in other.imports
    ]


def names_imported(template: Json, scope: Scope) -> set[str]:
    """Every export name that the template's wanted parts use."""
    wanted: list[Any] = [*scopes.wanted(scope).values(), template.get("Outputs") or {}]
    return {str(intrinsics.evaluate(name, scope)) for name in _imports(wanted)}


def _imports(value: Any) -> list[Any]:
    if isinstance(value, list):
        return [name for item in value for name in _imports(item)]
    if not isinstance(value, dict):
        return []
    own = [value["Fn::ImportValue"]] if "Fn::ImportValue" in value else []
    return own + [name for item in value.values() for name in _imports(item)]
