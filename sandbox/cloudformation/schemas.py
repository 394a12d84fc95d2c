"""What the CloudFormation registry says of a resource type: which properties replace it, its tags and attributes."""

import json
from functools import cache
from importlib.resources import files
from typing import Any

PREFIX = "/properties/"


@cache
def _index() -> dict[str, str]:
    found = files("cfnlint").joinpath("data/schemas/providers/us-east-1.json").read_text("utf-8")
    index: dict[str, str] = json.loads(found)
    return index


@cache
def schema(resource_type: str) -> dict[str, Any]:
    """The registry schema that cfn-lint ships; empty for a type it does not know."""
    digest = _index().get(resource_type)
    if digest is None:
        return {}
    text = files("cfnlint").joinpath(f"data/schemas/resources/{digest}.json").read_text("utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


def known(resource_type: str) -> bool:
    return resource_type in _index()


def recreation(resource_type: str, name: str, path: str = "") -> str:
    """RequiresRecreation of a property: Always, Conditionally or Never."""
    if name in _names(resource_type, "createOnlyProperties"):
        return "Always"
    return "Conditionally" if name in _names(resource_type, "conditionalCreateOnlyProperties") else "Never"


@cache
def _names(resource_type: str, key: str) -> frozenset[str]:
    return frozenset(path.removeprefix(PREFIX) for path in schema(resource_type).get(key) or [])


def required(resource_type: str) -> list[str]:
    return list(schema(resource_type).get("required") or [])


def has_property(resource_type: str, name: str) -> bool:
    return name in (schema(resource_type).get("properties") or {})


def attributes(resource_type: str) -> frozenset[str]:
    """What Fn::GetAtt may name, with dots for nested ones."""
    names = _names(resource_type, "readOnlyProperties")
    return frozenset(name.replace("/", ".") for name in names)


def identifier(resource_type: str) -> str:
    """The property that is the physical id; "" when there is none or more than one."""
    found = schema(resource_type).get("primaryIdentifier") or []
    return found[0].removeprefix(PREFIX) if len(found) == 1 else ""


def tag_property(resource_type: str) -> str:
    """The name of the property that stack tags go into; "" for a type that takes none."""
    tagging = schema(resource_type).get("tagging") or {}
    if tagging.get("taggable") is False or "Tags" not in (schema(resource_type).get("properties") or {}):
        return ""
    return str(tagging.get("tagProperty") or "/properties/Tags").removeprefix(PREFIX)


def tags_are_list(resource_type: str) -> bool:
    tags = (schema(resource_type).get("properties") or {}).get("Tags") or {}
    return tags.get("type") == "array"


def typed(resource_type: str, properties: dict[str, Any]) -> dict[str, Any]:
    """Properties with text turned into the numbers and booleans that the schema asks for, as AWS does."""
    whole = schema(resource_type)
    found: dict[str, Any] = _typed(properties, whole, whole)
    return found


def _typed(value: Any, part: dict[str, Any], whole: dict[str, Any]) -> Any:
    if "$ref" in part:
        part = (whole.get("definitions") or {}).get(part["$ref"].rsplit("/", 1)[-1]) or {}
    if isinstance(value, dict):
        members = part.get("properties") or {}
        return {name: _typed(inner, members.get(name) or {}, whole) for name, inner in value.items()}
    if isinstance(value, list):
        return [_typed(inner, part.get("items") or {}, whole) for inner in value]
    return _scalar(value, part.get("type"))


def _scalar(value: Any, kind: Any) -> Any:
    if kind == "integer" and isinstance(value, str) and value.lstrip("-").isdigit():
        return int(value)
    if kind == "number" and isinstance(value, str) and value.lstrip("-").replace(".", "", 1).isdigit():
        return float(value)
    if kind == "boolean" and isinstance(value, str):
        return value.lower() == "true"
    return str(value) if kind == "string" and isinstance(value, (int, float)) and not isinstance(value, bool) else value
