"""The inputs of a modal, one for each parameter. Slack docs: Block Kit reference, block elements."""

import re
from collections.abc import Sequence
from typing import Any

from .. import redaction
from ..pages.fields import Field
from ..words import gettext as _
from ..words import gettext_lazy
from . import limits
from .blocks import Block, entry, option, plain_text
from .escaping import size

LONG = ("area", "list", "pairs", "json")
NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,10})?")
HINTS = {
    "list": gettext_lazy("One a line."),
    "pairs": gettext_lazy("name=value, one a line."),
    "json": gettext_lazy("As JSON."),
}


def block_id(name: str) -> str:
    return f"param:{name}"


def control(field: Field) -> Block:
    """The input of one parameter. A box that has to be there may be empty all the same: that means no."""
    optional = not field.required or field.kind == "bool"
    hint = " ".join(str(each) for each in (field.help, HINTS.get(field.kind, "")) if each)
    return entry(block_id(field.name), field.label, element(field), optional, hint)


def element(field: Field) -> Block:
    if field.kind in ("choice", "several"):
        offered = [each for each in field.choices if each[0]]
        kind = "static_select" if field.kind == "choice" else "multi_static_select"
        return choice(kind, offered, field.chosen)
    if field.kind == "bool":
        box = option("on", _("Yes"))
        return {"type": "checkboxes", "options": [box], **({"initial_options": [box]} if field.value else {})}
    if field.kind == "number":
        return {"type": "number_input", "is_decimal_allowed": field.step != "1", **numeric(field.value)}
    return typed(field.value, field.kind in LONG)


def numeric(value: str) -> dict[str, str]:
    """What was not typed as a number has no place in its input."""
    return {"initial_value": value} if NUMBER.fullmatch(value) else {}


def typed(value: str, multiline: bool) -> Block:
    known = {"initial_value": redaction.kept(value)} if value else {}
    return {"type": "plain_text_input", "multiline": multiline, "max_length": limits.INPUT, **known}


def choice(kind: str, offered: Sequence[tuple[str, str]], chosen: Sequence[str]) -> Block:
    """A list to choose from; where Slack takes no such list, an input for the values, several one a line."""
    fits = 0 < len(offered) <= limits.OPTIONS and all(
        0 < size(value) <= limits.OPTION_VALUE for value, _label in offered
    )
    if not fits:
        return typed("\n".join(filter(None, chosen)), kind == "multi_static_select")
    options = [option(value, label) for value, label in offered]
    picked = [each for each in options if each["value"] in chosen]
    first: dict[str, Any] = {"initial_option": picked[0]} if picked else {}
    if kind == "multi_static_select":
        first = {"initial_options": picked} if picked else {}
    return {"type": kind, "options": options, "placeholder": plain_text(_("Choose"), 150), **first}
