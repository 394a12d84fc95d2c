"""Evaluating a template's functions and conditions."""

import base64
import ipaddress
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sandbox.cloudformation.errors import Failed
from sandbox.cloudformation.records import Json, Place
from sandbox.cloudformation.template import placeholders

UNKNOWN = "{{changeSet:KNOWN_AFTER_APPLY}}"
NO_VALUE = object()
ZONES = "abc"


@dataclass(frozen=True)
class Scope:
    """What names mean; `ref` and `attribute` answer for resources, `exported` for other stacks."""

    template: Json
    parameters: dict[str, Any]
    pseudo: dict[str, Any]
    ref: Callable[[str], Any]
    attribute: Callable[[str, str], Any]
    exported: Callable[[str], str]
    conditions: dict[str, bool] = field(default_factory=dict)


def pseudo(place: Place, stack_name: str, stack_id: str, arns: tuple[str, ...]) -> Json:
    return {
        "AWS::AccountId": place.account,
        "AWS::NotificationARNs": list(arns),
        "AWS::NoValue": NO_VALUE,
        "AWS::Partition": "aws",
        "AWS::Region": place.region,
        "AWS::StackId": stack_id,
        "AWS::StackName": stack_name,
        "AWS::URLSuffix": "amazonaws.com",
    }


def evaluate(value: Any, scope: Scope) -> Any:
    """The value without functions; members that are AWS::NoValue are left out."""
    if isinstance(value, list):
        items = (evaluate(item, scope) for item in value)
        return [item for item in items if item is not NO_VALUE]
    if not isinstance(value, dict):
        return value
    if len(value) == 1 and (function := FUNCTIONS.get(next(iter(value)))):
        return function(next(iter(value.values())), scope)
    members = ((key, evaluate(inner, scope)) for key, inner in value.items())
    return {key: inner for key, inner in members if inner is not NO_VALUE}


def condition(name: str, scope: Scope) -> bool:
    if name not in scope.conditions:
        definitions = scope.template.get("Conditions") or {}
        if name not in definitions:
            raise Failed(f"Template format error: Unresolved condition dependency {name}")
        scope.conditions[name] = _truth(evaluate(definitions[name], scope))
    return scope.conditions[name]


def wanted(definition: Json, scope: Scope) -> bool:
    """False for a resource or output whose Condition does not hold."""
    return "Condition" not in definition or condition(definition["Condition"], scope)


def _truth(value: Any) -> bool:
    return value.lower() == "true" if isinstance(value, str) else bool(value)


def _ref(name: str, scope: Scope) -> Any:
    if name in scope.pseudo:
        return scope.pseudo[name]
    return scope.parameters[name] if name in scope.parameters else scope.ref(name)


def _get_att(inner: Any, scope: Scope) -> Any:
    name, attribute = inner.split(".", 1) if isinstance(inner, str) else inner
    return scope.attribute(name, evaluate(attribute, scope))


def _sub(inner: Any, scope: Scope) -> Any:
    text, variables = (inner, {}) if isinstance(inner, str) else (inner[0], evaluate(inner[1], scope))
    for name in placeholders(text):
        value = variables[name] if name in variables else _named(name, scope)
        if value == UNKNOWN:
            return UNKNOWN
        text = text.replace("${" + name + "}", _string(value))
    return text.replace("${!", "${")


def _named(name: str, scope: Scope) -> Any:
    first, _, attribute = name.partition(".")
    return scope.attribute(first, attribute) if attribute else _ref(name, scope)


def _string(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


def _join(inner: Any, scope: Scope) -> Any:
    items = evaluate(inner[1], scope)
    if items == UNKNOWN or UNKNOWN in items:
        return UNKNOWN
    return inner[0].join(map(_string, items))


def _select(inner: Any, scope: Scope) -> Any:
    index, items = int(evaluate(inner[0], scope)), evaluate(inner[1], scope)
    if items == UNKNOWN:
        return UNKNOWN
    if not 0 <= index < len(items):
        raise Failed(f"Template error: Fn::Select cannot select nonexistent value at index {index}")
    return items[index]


def _split(inner: Any, scope: Scope) -> Any:
    text = evaluate(inner[1], scope)
    return UNKNOWN if text == UNKNOWN else str(text).split(inner[0])


def _if(inner: Any, scope: Scope) -> Any:
    return evaluate(inner[1] if condition(inner[0], scope) else inner[2], scope)


def _find_in_map(inner: Any, scope: Scope) -> Any:
    keys = [evaluate(key, scope) for key in inner[:3]]
    found: Any = scope.template.get("Mappings") or {}
    for key in keys:
        if not isinstance(found, dict) or str(key) not in found:
            return _map_default(inner, keys, scope)
        found = found[str(key)]
    return found


def _map_default(inner: Any, keys: list[Any], scope: Scope) -> Any:
    if len(inner) == 4:
        return evaluate(inner[3]["DefaultValue"], scope)
    name, first, second = keys
    raise Failed(f"Template error: Unable to get mapping for {name}::{first}::{second}")


def _zones(inner: Any, scope: Scope) -> list[str]:
    region = evaluate(inner, scope) or scope.pseudo["AWS::Region"]
    return [f"{region}{letter}" for letter in ZONES]


def _cidr(inner: Any, scope: Scope) -> Any:
    block, count, *bits = evaluate(inner, scope)
    if block == UNKNOWN:
        return UNKNOWN
    network = ipaddress.ip_network(block)
    prefix = network.max_prefixlen - int(bits[0] if bits else 8)
    subnets = network.subnets(new_prefix=prefix)
    return [str(next(subnets)) for _ in range(int(count))]


def _import(inner: Any, scope: Scope) -> str:
    return scope.exported(evaluate(inner, scope))


def _base64(inner: Any, scope: Scope) -> str:
    text = evaluate(inner, scope)
    return UNKNOWN if text == UNKNOWN else base64.b64encode(str(text).encode()).decode()


def _equals(inner: Any, scope: Scope) -> bool:
    first, second = evaluate(inner, scope)
    return _string(first) == _string(second)


FUNCTIONS: dict[str, Callable[[Any, Scope], Any]] = {
    "Condition": lambda inner, scope: condition(inner, scope) if isinstance(inner, str) else {"Condition": inner},
    "Fn::And": lambda inner, scope: all(_truth(evaluate(item, scope)) for item in inner),
    "Fn::Base64": _base64,
    "Fn::Cidr": _cidr,
    "Fn::Equals": _equals,
    "Fn::FindInMap": _find_in_map,
    "Fn::GetAZs": _zones,
    "Fn::GetAtt": _get_att,
    "Fn::If": _if,
    "Fn::ImportValue": _import,
    "Fn::Join": _join,
    "Fn::Length": lambda inner, scope: len(evaluate(inner, scope)),
    "Fn::Not": lambda inner, scope: not _truth(evaluate(inner[0], scope)),
    "Fn::Or": lambda inner, scope: any(_truth(evaluate(item, scope)) for item in inner),
    "Fn::Select": _select,
    "Fn::Split": _split,
    "Fn::Sub": _sub,
    "Fn::ToJsonString": lambda inner, scope: json.dumps(evaluate(inner, scope), separators=(",", ":")),
    "Ref": _ref,
}
