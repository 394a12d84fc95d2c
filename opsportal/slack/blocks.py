"""The parts that messages and views are made of, as Slack's Block Kit wants them. Slack docs: Block Kit reference."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..words import gettext as _
from . import limits
from .escaping import plain

Block = dict[str, Any]


@dataclass(frozen=True)
class Message:
    """`text` is read where blocks are not shown: in notifications, and aloud."""

    text: str
    blocks: list[Block] = field(default_factory=list)


def plain_text(text: str, most: int) -> Block:
    """Slack would make emoji of names between colons otherwise."""
    return {"type": "plain_text", "text": plain(text, most), "emoji": False}


def mrkdwn(text: str) -> Block:
    """Text that is escaped already; Slack looks for no names and links in it by itself."""
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def header(text: str) -> Block:
    return {"type": "header", "text": plain_text(text, limits.HEADER)}


def section(text: str) -> Block:
    return {"type": "section", "text": mrkdwn(text)}


def context(*texts: str) -> Block:
    return {"type": "context", "elements": [mrkdwn(text) for text in texts if text][:10]}


def actions(buttons: Sequence[Block], block_id: str) -> Block:
    return {"type": "actions", "block_id": block_id, "elements": list(buttons)}


def button(action_id: str, text: str, value: str = "", **more: Any) -> Block:
    """`more`: style, url or confirm; what is empty is left out."""
    given = {"value": value, **more}
    kept = {name: content for name, content in given.items() if content}
    return {"type": "button", "action_id": action_id, "text": plain_text(text, limits.BUTTON), **kept}


def confirm(title: str, text: str, yes: str) -> Block:
    """A question before a button does what it says."""
    return {
        "title": plain_text(title, 100),
        "text": plain_text(text, 300),
        "confirm": plain_text(yes, 30),
        "deny": plain_text(_("No"), 30),
        "style": "danger",
    }


def option(value: str, label: str) -> Block:
    return {"text": plain_text(label, limits.OPTION_TEXT), "value": value}


def entry(block_id: str, label: str, element: Mapping[str, Any], optional: bool, hint: str = "") -> Block:
    """An input of a view; its element is found again by its block."""
    block = {"type": "input", "block_id": block_id, "label": plain_text(label, 2000), "optional": optional}
    told = {"hint": plain_text(hint, 2000)} if hint else {}
    return {**block, "element": {"action_id": "value", **element}, **told}
