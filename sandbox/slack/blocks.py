"""Slack docs: Blocks. The limits of each block of a message or view."""

from collections.abc import Iterator
from typing import Any

from sandbox.slack.checks import any_field, anything, both, by_type, items, shape, string, unique
from sandbox.slack.elements import ID, IMAGE, INPUTS, INTERACTIVE, either, plain
from sandbox.slack.idents import short
from sandbox.slack.records import Json

IN_MESSAGE, IN_VIEW = 50, 100
ALL_TEXT = 13_200  # measured, on no page of Slack's: msg_blocks_too_long

_ID = {"block_id": string(ID)}
_TEXTS = by_type({"mrkdwn": either(3000), "plain_text": either(3000), "image": IMAGE})
_SECTION = shape(
    {},
    _ID
    | {"text": either(3000), "fields": items(either(2000), 10), "accessory": by_type(INTERACTIVE | {"image": IMAGE})},
)
_INPUT = shape({"label": plain(2000), "element": by_type(INPUTS)}, _ID | {"hint": plain(2000)})
_ACTIONS = shape({"elements": items(by_type(INTERACTIVE), 25)}, _ID)
_KINDS = {
    "section": both(_SECTION, any_field("text", "fields")),
    "header": shape({"text": plain(150)}, _ID),
    "divider": shape({}, _ID),
    "context": shape({"elements": items(_TEXTS, 10)}, _ID),
    "actions": both(_ACTIONS, unique("action_id", "elements")),
    "input": _INPUT,
    "image": shape({"alt_text": string(2000)}, _ID | {"image_url": string(3000, 1), "title": plain(2000)}),
    "markdown": shape({"text": string(12_000, 1)}),
} | dict.fromkeys(("rich_text", "table", "video", "file"), anything)
_ONE = by_type(_KINDS)


def problems(blocks: Any, most: int = IN_MESSAGE, at: str = "/blocks") -> list[str]:
    """What is wrong with them, as Slack says it; empty when all is well."""
    return list(both(items(_ONE, most, 0), unique("block_id"))(blocks, at))


def completed(blocks: list[Json]) -> list[Json]:
    """Blocks and elements that came without an id get one, as Slack gives them."""
    return [_with_ids(block) for block in blocks]


def _with_ids(block: Json) -> Json:
    done = {**block, "block_id": block.get("block_id") or short()}
    if block["type"] == "actions":
        done["elements"] = [_identified(element) for element in block["elements"]]
    for name in ("accessory", "element"):
        if isinstance(block.get(name), dict) and block[name].get("type") != "image":
            done[name] = _identified(block[name])
    return done


def _identified(element: Json) -> Json:
    return {**element, "action_id": element.get("action_id") or short()}


def interactive(blocks: list[Json]) -> Iterator[tuple[Json, Json]]:
    """Each element that a person can use, after the block it is in."""
    for block in blocks:
        found = block.get("elements", []) if block["type"] == "actions" else []
        for element in (*found, block.get("accessory"), block.get("element")):
            if isinstance(element, dict) and element.get("action_id"):
                yield block, element


def size(blocks: list[Json]) -> int:
    """The characters of all texts together."""
    return sum(_texts(block) for block in blocks)


def _texts(value: Any) -> int:
    if isinstance(value, dict):
        return sum(len(v) if k == "text" and isinstance(v, str) else _texts(v) for k, v in value.items())
    return sum(map(_texts, value)) if isinstance(value, list) else 0
