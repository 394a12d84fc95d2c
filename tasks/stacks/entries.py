"""The entries of blueprint.yaml, read one by one; what is wrong is noted and reading goes on."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from opsportal.words import gettext as _

from . import references, template
from .document import Node, NotReadable
from .limits import is_number
from .problems import Problems
from .references import NotAReference, Part
from .template import Template

KEYS = ("template", "description", "parameters", "capabilities", "tags", "protect", "seconds")
CAPABILITIES = ("CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND")
SCALARS = ("text", "number", "boolean")


@dataclass(frozen=True)
class Value:
    parts: tuple[Part, ...]
    line: int


@dataclass(frozen=True)
class Stack:
    """One stack as blueprint.yaml describes it. `template` is None where it could not be read; `path` is its file."""

    key: str
    line: int
    path: str
    template: Template | None
    parameters: Mapping[str, Value]
    tags: Mapping[str, Value]
    capabilities: tuple[str, ...]
    protect: bool
    seconds: float | None

    def needs(self) -> tuple[str, ...]:
        """Keys of the stacks whose outputs this one refers to."""
        values = [*self.parameters.values(), *self.tags.values()]
        found = {part.stack: None for value in values for part in value.parts if isinstance(part, references.Output)}
        return tuple(found)


def known_keys(node: Node, known: Sequence[str], file: str, problems: Problems) -> None:
    for key, _value in node.items:
        if key.text not in known:
            wrong = _("unknown key {key!r}: known are {known}").format(key=key.text, known=", ".join(known))
            problems.add(file, key.line, wrong)


def text(node: Node, name: str, file: str, problems: Problems) -> str:
    """The scalar of this name, "" when there is none."""
    found = node.get(name)
    if found is not None and found.kind not in (*SCALARS, "null"):
        wrong = _("{name} has to be a text, not a {kind}").format(name=name, kind=found.called)
        problems.add(file, found.line, wrong)
    return found.text if found and found.kind in SCALARS else ""


def mapping(node: Node, name: str, file: str, problems: Problems) -> Node:
    """The mapping of this name, an empty one when there is none."""
    found = node.get(name)
    if found is not None and found.kind not in ("mapping", "null"):
        wrong = _("{name} has to be a mapping, not a {kind}").format(name=name, kind=found.called)
        problems.add(file, found.line, wrong)
    return (
        found if found is not None and found.kind == "mapping" else Node("mapping", found.line if found else node.line)
    )


def stack(key: str, node: Node, folder: Path, file: str, problems: Problems) -> Stack:
    known_keys(node, KEYS, file, problems)
    text(node, "description", file, problems)
    name = text(node, "template", file, problems)
    return Stack(
        key=key,
        line=node.line,
        path=f"{file.rsplit('/', 1)[0]}/{name}",
        template=_template(key, node, name, folder, file, problems),
        parameters=dict(_values(mapping(node, "parameters", file, problems), file, problems)),
        tags=dict(_values(mapping(node, "tags", file, problems), file, problems)),
        capabilities=_capabilities(node, file, problems),
        protect=_boolean(node, "protect", file, problems),
        seconds=_seconds(node, file, problems),
    )


def _template(key: str, node: Node, name: str, folder: Path, file: str, problems: Problems) -> Template | None:
    found = node.get("template")
    if not name:
        problems.add(file, node.line, _("stack {key!r} needs a template").format(key=key))
    elif found is not None and not _inside(folder, name):
        wrong = _("template {name!r} has to be a file in the blueprint's own folder").format(name=name)
        problems.add(file, found.line, wrong)
    elif found is not None and not (folder / name).is_file():
        wrong = _("there is no template {name!r} in the blueprint's folder").format(name=name)
        problems.add(file, found.line, wrong)
    else:
        return _parsed(folder / name, f"{file.rsplit('/', 1)[0]}/{name}", problems)
    return None


def _inside(folder: Path, name: str) -> bool:
    """Whether the path stays in the folder, links followed."""
    plain = not Path(name).is_absolute() and ".." not in Path(name).parts and "\0" not in name
    return plain and (folder / name).resolve().is_relative_to(folder.resolve())


def _parsed(path: Path, shown: str, problems: Problems) -> Template | None:
    try:
        return template.parse(path.read_text(encoding="utf-8"))
    except NotReadable as error:
        problems.add(shown, error.line, error.text)
    except (OSError, UnicodeDecodeError) as error:
        problems.add(shown, 1, _("can't be read: {error}").format(error=error))
    return None


def _values(node: Node, file: str, problems: Problems) -> Iterator[tuple[str, Value]]:
    for name, each in node.pairs():
        if each.kind not in SCALARS:
            wrong = _("{name} has to be a text, a number, true or false, not a {kind}")
            problems.add(file, each.line, wrong.format(name=name, kind=each.called))
            continue
        try:
            yield name, Value(references.parse(each.text), each.line)
        except NotAReference as error:
            problems.add(file, each.line, str(error))
            yield name, Value((), each.line)


def _capabilities(node: Node, file: str, problems: Problems) -> tuple[str, ...]:
    found = node.get("capabilities")
    if found is None:
        return ()
    if found.kind != "list":
        problems.add(file, found.line, _("capabilities has to be a list such as [CAPABILITY_IAM]"))
    for each, _same in found.items:
        if each.text not in CAPABILITIES:
            wrong = _("unknown capability {name!r}: known are {known}")
            problems.add(file, each.line, wrong.format(name=each.text, known=", ".join(CAPABILITIES)))
    return tuple(each.text for each, _same in found.items)


def _boolean(node: Node, name: str, file: str, problems: Problems) -> bool:
    found = node.get(name)
    if found is not None and found.kind != "boolean":
        problems.add(file, found.line, _("{name} has to be true or false").format(name=name))
    return found is not None and found.text == "true"


def _seconds(node: Node, file: str, problems: Problems) -> float | None:
    found = node.get("seconds")
    if found is None:
        return None
    if found.kind != "number" or not is_number(found.text):
        problems.add(file, found.line, _("seconds has to be a number"))
        return None
    return float(found.text)
