"""A blueprint: a folder of templates and the blueprint.yaml that makes one graph of stacks of them."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

from opsportal.words import gettext as _
from opsportal.words import gettext_noop

from . import consistency, document, entries
from .document import Node, NotReadable
from .entries import Stack
from .problems import Problems

FILE = "blueprint.yaml"
NAME = re.compile(r"^[a-z][a-z0-9-]*$")
VARIABLE = re.compile(r"^[a-z][a-z0-9_]*$")
Type = Literal["string", "number", "boolean"]
WRITTEN = {  # the types, and what a default of each may be
    gettext_noop("string"): ("text", "number", "boolean"),
    gettext_noop("number"): ("number",),
    gettext_noop("boolean"): ("boolean",),
}


@dataclass(frozen=True)
class Variable:
    """`default` is None where a value has to be given."""

    name: str
    type: Type
    default: str | None
    description: str


@dataclass(frozen=True)
class Blueprint:
    """`file` is blueprint.yaml as people know it: cloudformation/ecs-service/blueprint.yaml."""

    name: str
    file: str
    title: str
    description: str
    variables: Mapping[str, Variable]
    stacks: Mapping[str, Stack]


def load(library: Path, name: str) -> Blueprint:
    """Read and check a blueprint of this folder. Raises Invalid with everything that is wrong, by file and line."""
    problems = Problems()
    file = f"{library.name}/{name}/{FILE}"
    root = _root(library / name / FILE, file, problems)
    made = Blueprint(
        name,
        file,
        entries.text(root, "title", file, problems) or name,
        entries.text(root, "description", file, problems),
        dict(_variables(entries.mapping(root, "variables", file, problems), file, problems)),
        dict(_stacks(root, library / name, file, problems)),
    )
    consistency.check(made.stacks, made.variables, file, problems)
    problems.raise_if_any()
    return made


def outline(library: Path, name: str) -> Blueprint:
    """Title, description and variables only, for lists and forms. Raises Invalid."""
    problems = Problems()
    file = f"{library.name}/{name}/{FILE}"
    root = _root(library / name / FILE, file, problems)
    title, description = (entries.text(root, key, file, problems) for key in ("title", "description"))
    variables = dict(_variables(entries.mapping(root, "variables", file, problems), file, problems))
    problems.raise_if_any()
    return Blueprint(name, file, title or name, description, variables, {})


def _root(path: Path, file: str, problems: Problems) -> Node:
    """The file's mapping; a problem at once when there is nothing to read on."""
    try:
        if not NAME.match(path.parent.name) or not path.is_file():
            known = ", ".join(sorted(each.parent.name for each in path.parent.parent.glob(f"*/{FILE}")))
            text = _("there is no blueprint {name!r}; there are: {known}")
            raise NotReadable(text.format(name=path.parent.name, known=known or "—"), 1)
        root = document.read(path.read_text(encoding="utf-8"))
        if root.kind != "mapping":
            raise NotReadable(_("has to be a mapping with title, variables and stacks"), root.line)
        entries.known_keys(root, ("title", "description", "variables", "stacks"), file, problems)
        return root
    except NotReadable as error:
        problems.add(file, error.line, error.text)
    except (OSError, UnicodeDecodeError) as error:
        problems.add(file, 1, _("can't be read: {error}").format(error=error))
    problems.raise_if_any()
    raise AssertionError


def _variables(node: Node, file: str, problems: Problems) -> Iterator[tuple[str, Variable]]:
    for name, each in node.pairs():
        if not VARIABLE.match(name):
            text = _("variable {name!r}: use small letters, digits and _, a letter first")
            problems.add(file, each.line, text.format(name=name))
        elif each.kind != "mapping":
            text = _("variable {name!r} has to be a mapping such as {{type: string}}")
            problems.add(file, each.line, text.format(name=name))
        else:
            yield name, _variable(name, each, file, problems)


def _variable(name: str, node: Node, file: str, problems: Problems) -> Variable:
    entries.known_keys(node, ("type", "default", "description"), file, problems)
    kind = entries.text(node, "type", file, problems) or "string"
    if kind not in WRITTEN:
        text = _("variable {name!r}: the type is string, number or boolean, not {type!r}")
        problems.add(file, node.line, text.format(name=name, type=kind))
        kind = "string"
    default = node.get("default")
    if default is not None and default.kind not in WRITTEN[kind]:
        text = _("variable {name!r}: the default has to be a {type}, not {kind}")
        problems.add(file, default.line, text.format(name=name, type=_(kind), kind=default.called))
    description = entries.text(node, "description", file, problems)
    return Variable(name, cast(Type, kind), default.text if default else None, description)


def _stacks(root: Node, folder: Path, file: str, problems: Problems) -> Iterator[tuple[str, Stack]]:
    stacks = entries.mapping(root, "stacks", file, problems)
    if not stacks.items:
        problems.add(file, stacks.line, _("a blueprint needs stacks"))
    for key, each in stacks.pairs():
        if not NAME.match(key):
            text = _("stack {key!r}: use small letters, digits and -, a letter first")
            problems.add(file, each.line, text.format(key=key))
        elif each.kind != "mapping":
            problems.add(file, each.line, _("stack {key!r} has to be a mapping with a template").format(key=key))
        else:
            yield key, entries.stack(key, each, folder, file, problems)
