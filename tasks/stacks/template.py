"""What a CloudFormation template says about itself: parameters, conditions, outputs, resources.

AWS docs: Template anatomy.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from opsportal.words import gettext as _
from opsportal.words import ngettext

from .document import NotReadable, not_yaml

LIMITS = ("AllowedValues", "AllowedPattern", "MinLength", "MaxLength", "MinValue", "MaxValue")
LONGEST = 51_200  # bytes of a template sent with the request. AWS docs: CloudFormation quotas
# What makes a template's result differ though the text does not.
VOLATILE = re.compile(r"""Fn::Transform|!Transform|\bTransform["']?\s*:|\{\{resolve:|AWS::CloudFormation::Stack\b""")


@dataclass(frozen=True)
class Parameter:
    name: str
    type: str
    default: str | None
    no_echo: bool
    limits: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Resource:
    """`condition` is the name of the one it is made under, "" where it is made always."""

    type: str
    deletion_policy: str
    replace_policy: str
    condition: str


@dataclass(frozen=True)
class Template:
    """`volatile`: transforms, SSM parameters, NoEcho, dynamic references, nested stacks: equal text says little."""

    body: str
    parameters: Mapping[str, Parameter]
    conditions: Mapping[str, Any]
    outputs: frozenset[str]
    resources: Mapping[str, Resource]
    volatile: bool


class Loader(yaml.SafeLoader):
    """Reads the short forms (!Ref, !Sub …) as plain values, and dates as the text they are."""

    yaml_implicit_resolvers = {
        first: [pair for pair in pairs if pair[0] != "tag:yaml.org,2002:timestamp"]
        for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


def _short_form(loader: Loader, suffix: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.MappingNode):
        return {suffix: loader.construct_mapping(node, deep=True)}
    if isinstance(node, yaml.SequenceNode):
        return {suffix: loader.construct_sequence(node, deep=True)}
    return {suffix: node.value}


Loader.add_multi_constructor("!", _short_form)


def parse(body: str) -> Template:
    """What the template says. Raises NotReadable: no YAML or JSON, too long, or no Resources."""
    _check_size(len(body.encode()))
    raw = _read(body)
    if not isinstance(raw, dict) or not _section(raw, "Resources"):
        raise NotReadable(_("has no Resources"), 1)
    parameters = {name: _parameter(name, each) for name, each in _section(raw, "Parameters").items()}
    volatile = bool(VOLATILE.search(body)) or any(each.no_echo or "SSM" in each.type for each in parameters.values())
    resources = {name: _resource(each) for name, each in _section(raw, "Resources").items()}
    conditions, outputs = _section(raw, "Conditions"), frozenset(_section(raw, "Outputs"))
    return Template(body, parameters, conditions, outputs, resources, volatile)


def _check_size(size: int) -> None:
    if size > LONGEST:
        text = ngettext(
            "has {size} byte; CloudFormation takes {longest}. Split the stack in two",
            "has {size} bytes; CloudFormation takes {longest}. Split the stack in two",
            size,
        )
        raise NotReadable(text.format(size=f"{size:,}", longest=f"{LONGEST:,}"), 1)


def _read(body: str) -> Any:
    try:
        return json.loads(body) if body.lstrip().startswith("{") else yaml.load(body, Loader)  # noqa: S506  a SafeLoader
    except json.JSONDecodeError as error:
        raise NotReadable(_("is not JSON: {problem}").format(problem=error.msg), error.lineno) from error
    except yaml.YAMLError as error:
        raise not_yaml(error) from error
    except (ValueError, RecursionError, TypeError) as error:
        raise NotReadable(_("can't be read: {error}").format(error=error), 1) from error


def _section(raw: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    section = raw.get(name)
    return (
        {str(key): each for key, each in section.items() if isinstance(each, dict)} if isinstance(section, dict) else {}
    )


def _parameter(name: str, raw: Mapping[str, Any]) -> Parameter:
    default = raw.get("Default")
    return Parameter(
        name,
        str(raw.get("Type", "String")),
        None if default is None else written(default),
        str(raw.get("NoEcho", "")).lower() == "true",
        {key: raw[key] for key in LIMITS if key in raw},
    )


def written(value: Any) -> str:
    """A scalar as CloudFormation takes it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _resource(raw: Mapping[str, Any]) -> Resource:
    deletion, replace = (raw.get(key) for key in ("DeletionPolicy", "UpdateReplacePolicy"))
    return Resource(
        str(raw.get("Type", "")),
        deletion if isinstance(deletion, str) else "",
        replace if isinstance(replace, str) else "",
        str(raw.get("Condition", "")),
    )


def resources(body: str) -> Mapping[str, Resource]:
    """The resources of a template, as far as it can be read."""
    try:
        return parse(body).resources if body else {}
    except NotReadable:
        return {}
