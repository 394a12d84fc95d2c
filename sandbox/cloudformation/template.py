"""Reading and checking a template's text."""

import json
from typing import Any

import yaml

from sandbox.cloudformation.errors import invalid
from sandbox.cloudformation.records import Json

IAM_TYPES = ("Group", "InstanceProfile", "ManagedPolicy", "Policy", "Role", "User", "UserToGroupAddition")
NAMES = {"Group": "GroupName", "InstanceProfile": "InstanceProfileName", "ManagedPolicy": "ManagedPolicyName"} | {
    "Role": "RoleName",
    "User": "UserName",
}
LONGEST_BODY = 51_200


class _Loader(yaml.SafeLoader):
    """YAML with CloudFormation's short forms, and dates kept as text."""


def _short_form(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> Json:
    name = suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}"
    if isinstance(node, yaml.SequenceNode):
        return {name: loader.construct_sequence(node, deep=True)}
    if isinstance(node, yaml.MappingNode):
        return {name: loader.construct_mapping(node, deep=True)}
    value = loader.construct_scalar(node)  # type: ignore[arg-type]
    return {name: value.split(".", 1) if suffix == "GetAtt" else value}


_Loader.add_multi_constructor("!", _short_form)
_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in found if tag != "tag:yaml.org,2002:timestamp"]
    for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def parse(body: str) -> Json:
    """The template as plain dictionaries; raises Refused as AWS does."""
    template = _json(body) if body.lstrip().startswith("{") else _yaml(body)
    if not isinstance(template, dict):
        raise invalid("Template format error: unsupported structure.")
    return template


def _json(body: str) -> Any:
    try:
        return json.loads(body)
    except json.JSONDecodeError as error:
        where = f"(line {error.lineno}, column {error.colno})"
        raise invalid(f"Template format error: JSON not well-formed. {where}") from error


def _yaml(body: str) -> Any:
    try:
        return yaml.load(body, Loader=_Loader)  # noqa: S506 - a SafeLoader
    except yaml.YAMLError as error:
        raise invalid("Template format error: YAML not well-formed.") from error


def check(template: Json) -> None:
    """Raises Refused for what AWS finds wrong before it starts."""
    resources = template.get("Resources")
    if not isinstance(resources, dict) or not resources:
        raise invalid("Template format error: At least one Resources member must be defined.")
    for name, definition in resources.items():
        if not isinstance(definition, dict) or "Type" not in definition:
            text = f"[/Resources/{name}] Every Resources object must contain a Type member."
            raise invalid(f"Template format error: {text}")
    _check_references(template)


def _check_references(template: Json) -> None:
    known = set(template["Resources"]) | set(template.get("Parameters") or {})
    for block in ("Resources", "Outputs"):
        names = {name for name, _ in references(template.get(block) or {}) if not name.startswith("AWS::")}
        names |= {need for d in template["Resources"].values() for need in depends_on(d)}
        if missing := sorted(names - known):
            text = f"Unresolved resource dependencies [{', '.join(missing)}] in the {block} block of the template"
            raise invalid(f"Template format error: {text}")


def depends_on(definition: Json) -> list[str]:
    named = definition.get("DependsOn") or []
    return [named] if isinstance(named, str) else list(named)


def references(value: Any) -> set[tuple[str, str]]:
    """Every (name, attribute) used by Ref ("" as attribute), Fn::GetAtt and Fn::Sub inside."""
    if isinstance(value, list):
        return set().union(*map(references, value))
    if not isinstance(value, dict):
        return set()
    found: set[tuple[str, str]] = set()
    for key, inner in value.items():
        found |= _function_references(key, inner)
    return found


def _function_references(key: str, inner: Any) -> set[tuple[str, str]]:
    if key == "Ref" and isinstance(inner, str):
        return {(inner, "")}
    if key == "Fn::GetAtt":
        name, attribute = inner.split(".", 1) if isinstance(inner, str) else (inner[0], inner[1])
        return {(name, attribute if isinstance(attribute, str) else "")}
    if key == "Fn::Sub":
        return _sub_references(inner)
    return references(inner)


def _sub_references(inner: Any) -> set[tuple[str, str]]:
    text, variables = (inner, {}) if isinstance(inner, str) else (inner[0], inner[1])
    found = references(variables)
    for name in placeholders(text):
        if name not in variables:
            first, _, attribute = name.partition(".")
            found.add((first, attribute))
    return found


def placeholders(text: str) -> list[str]:
    """The names between `${` and `}`, without literals `${!…}`."""
    parts = text.split("${")[1:]
    return [part.split("}", 1)[0].strip() for part in parts if not part.startswith("!")]


def needed_capability(template: Json) -> tuple[str, str] | None:
    """The (capability that does, weaker one that would not) which IAM resources and transforms ask for."""
    if any(name != "AWS::LanguageExtensions" for name in _transforms(template)):
        return "CAPABILITY_AUTO_EXPAND", ""
    found = [d for d in template["Resources"].values() if d["Type"].startswith("AWS::IAM::")]
    found = [d for d in found if d["Type"].rsplit("::", 1)[-1] in IAM_TYPES]
    if not found:
        return None
    named = any(NAMES.get(d["Type"].rsplit("::", 1)[-1], "-") in (d.get("Properties") or {}) for d in found)
    return ("CAPABILITY_NAMED_IAM", "CAPABILITY_IAM") if named else ("CAPABILITY_IAM", "")


def _transforms(template: Json) -> list[str]:
    named = template.get("Transform") or []
    return [named] if isinstance(named, str) else [str(name) for name in named]
