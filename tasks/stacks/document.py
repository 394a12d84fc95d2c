"""A YAML file as nodes that know the line they stand on."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import yaml

from opsportal.words import gettext as _
from opsportal.words import gettext_noop

LARGEST = 256 * 1024


class NotReadable(Exception):
    """The text is not YAML we take; `line` is where."""

    def __init__(self, text: str, line: int) -> None:
        super().__init__(text)
        self.text = text
        self.line = line


@dataclass(frozen=True)
class Node:
    """One value of the file: `kind` is mapping, list, text, number, boolean or null, `text` a scalar as written."""

    kind: str
    line: int
    text: str = ""
    items: tuple[tuple["Node", "Node"], ...] = ()

    @property
    def called(self) -> str:
        """The kind as people call it."""
        return _(CALLED[self.kind])

    def pairs(self) -> Iterator[tuple[str, "Node"]]:
        """Key and value of each entry of a mapping."""
        return ((key.text, value) for key, value in self.items)

    def get(self, name: str) -> "Node | None":
        return next((value for key, value in self.pairs() if key == name), None)


KINDS = {"int": "number", "float": "number", "bool": "boolean", "null": "null"}
CALLED = {
    "mapping": gettext_noop("mapping"),
    "list": gettext_noop("list"),
    "text": gettext_noop("text"),
    "number": gettext_noop("number"),
    "boolean": gettext_noop("boolean"),
    "null": gettext_noop("null"),
}


@lru_cache(maxsize=32)
def read(text: str) -> Node:
    """The file's root; the same text is read once.

    Raises NotReadable: no YAML, too large, aliases, or a key that comes twice.
    """
    if len(text) > LARGEST:
        raise NotReadable(_("is larger than {n} KiB").format(n=LARGEST // 1024), 1)
    try:
        for token in yaml.scan(text):
            if isinstance(token, yaml.AliasToken):
                raise NotReadable(_("aliases (*name) are not understood here"), token.start_mark.line + 1)
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        raise not_yaml(error) from error
    if root is None:
        raise NotReadable(_("is empty"), 1)
    return _node(root)


def not_yaml(error: yaml.YAMLError) -> NotReadable:
    """What the parser found wrong, and where."""
    mark = getattr(error, "problem_mark", None)
    words = getattr(error, "problem", None) or getattr(error, "reason", None) or str(error)
    return NotReadable(_("is not YAML: {problem}").format(problem=words), mark.line + 1 if mark else 1)


def _node(raw: yaml.Node) -> Node:
    line = raw.start_mark.line + 1
    if isinstance(raw, yaml.MappingNode):
        return Node("mapping", line, items=_items(raw))
    if isinstance(raw, yaml.SequenceNode):
        return Node("list", line, items=tuple((_node(each), _node(each)) for each in raw.value))
    return _scalar(raw, line)


def _items(raw: yaml.MappingNode) -> tuple[tuple[Node, Node], ...]:
    items = tuple((_node(key), _node(value)) for key, value in raw.value)
    seen: set[str] = set()
    for key, _value in items:
        if key.text in seen:
            raise NotReadable(_("{key!r} comes twice").format(key=key.text), key.line)
        seen.add(key.text)
    return items


def _scalar(raw: yaml.Node, line: int) -> Node:
    kind = KINDS.get(raw.tag.rsplit(":", 1)[-1], "text")
    text = str(raw.value)
    if kind == "boolean":
        text = "true" if text.lower() in ("true", "yes", "on") else "false"
    return Node(kind, line, text)
