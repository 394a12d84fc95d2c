"""What Slack takes: the limits of messages and views, and what of one is beyond them.

Slack docs: Block Kit reference (blocks, elements, composition objects), Views reference, chat.postMessage. That a
message holds about 13,000 characters in all is measured, not documented. Lengths are counted as `escaping.size` does.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from .escaping import size

BLOCKS = 50
VIEW_BLOCKS = 100
IN_ALL = 13_000
FALLBACK = 4_000
SECTION = 3_000
HEADER = 150
BUTTON = 75
VALUE = 2_000
OPTIONS = 100
INPUT = 3_000
TITLE = 24
METADATA = 3_000
OPTION_TEXT, OPTION_VALUE = 75, 150

Part = Mapping[str, Any]

# By type: the size of each text, by its path; and the number of each list's entries.
TEXTS: dict[str, dict[str, int]] = {
    "header": {"text.text": HEADER, "block_id": 255},
    "section": {"text.text": SECTION, "block_id": 255},
    "context": {"block_id": 255},
    "actions": {"block_id": 255},
    "input": {"label.text": 2_000, "hint.text": 2_000, "block_id": 255},
    "button": {"text.text": BUTTON, "value": VALUE, "action_id": 255, "url": 3_000},
    "plain_text_input": {"initial_value": INPUT, "placeholder.text": 150, "action_id": 255},
    "number_input": {"placeholder.text": 150, "action_id": 255},
    "static_select": {"placeholder.text": 150, "action_id": 255},
    "multi_static_select": {"placeholder.text": 150, "action_id": 255},
    "checkboxes": {"action_id": 255},
    "modal": {"title.text": TITLE, "submit.text": 24, "close.text": 24, "private_metadata": METADATA},
    "divider": {"block_id": 255},
    "mrkdwn": {"text": 3_000},
    "plain_text": {"text": 3_000},
}
TEXTS["modal"] |= {"callback_id": 255, "external_id": 255}
TEXTS["home"] = {"private_metadata": METADATA}
LISTS = {
    "section": {"fields": 10},
    "context": {"elements": 10},
    "actions": {"elements": 25},
    "static_select": {"options": OPTIONS},
    "multi_static_select": {"options": OPTIONS},
    "checkboxes": {"options": 10},
    "modal": {"blocks": VIEW_BLOCKS},
    "home": {"blocks": VIEW_BLOCKS},
}
OPTION = {"text.text": OPTION_TEXT, "value": OPTION_VALUE, "description.text": 75}
CONFIRM = {"title.text": 100, "text.text": 300, "confirm.text": 30, "deny.text": 30}
MUST = {
    "header": ("text",),
    "section": (),
    "context": ("elements",),
    "actions": ("elements",),
    "input": ("label", "element"),
    "button": ("text", "action_id"),
    "modal": ("title", "blocks"),
    "home": ("blocks",),
    "plain_text": ("text",),
    "mrkdwn": ("text",),
}
PLAIN = {"header": "text", "button": "text", "input": "label", "modal": "title"}  # no mrkdwn here


def of_message(text: str, blocks: list[dict[str, Any]]) -> list[str]:
    """What of a message Slack would refuse or cut, a phrase each; empty: nothing."""
    found = [f"{len(blocks)} blocks"] if len(blocks) > BLOCKS else []
    found += [] if 0 < size(text) <= FALLBACK else [f"a fallback text of {size(text)}"]
    whole = sum(size(each) for block in blocks for each in texts(block))
    found += [f"{whole} characters in all"] if whole > IN_ALL else []
    return [*found, *of_parts(blocks)]


def of_view(view: Part) -> list[str]:
    """The same of a modal; one with an input needs a button that submits it."""
    found = of_parts([view])
    if any(block["type"] == "input" for block in view["blocks"]) and "submit" not in view:
        found.append("inputs without a submit")
    return found


def of_parts(parts: list[Any]) -> list[str]:
    known = [part for each in parts for part in within(each)]
    ids = [part["block_id"] for part in known if "block_id" in part]
    actions = [name for part in known if part.get("type") == "actions" for name in repeated(action_ids(part))]
    found = [f"{name} twice" for name in repeated(ids) + actions]
    return found + [phrase for part in known for phrase in of_part(part)]


def action_ids(block: Part) -> list[str]:
    """Of its elements; an action is told with its block, and in another one the same name may stand again."""
    return [each["action_id"] for each in block.get("elements", ()) if "action_id" in each]


def repeated(names: list[str]) -> list[str]:
    return sorted({name for name in names if names.count(name) > 1})


def of_part(part: Part) -> list[str]:
    """What is wrong with this object alone."""
    kind = kind_of(part)
    if kind not in TEXTS and kind not in MUST and kind not in ("option", "confirm"):
        return [f"an unknown {kind}"]
    texts_of = {"option": OPTION, "confirm": CONFIRM}.get(kind) or TEXTS.get(kind, {})
    found = [f"{kind}.{path} of {n}" for path, most in texts_of.items() if (n := size(at(part, path))) > most]
    found += [
        f"{kind}.{name} of {len(part[name])}" for name, most in LISTS.get(kind, {}).items() if beyond(part, name, most)
    ]
    found += [f"{kind} without {name}" for name in MUST.get(kind, ()) if not part.get(name)]
    found += [f"{kind}.fields[{n}]" for n, each in enumerate(part.get("fields", ())) if size(each["text"]) > 2_000]
    return found + formatted(kind, part)


def formatted(kind: str, part: Part) -> list[str]:
    """Whether mrkdwn stands where only plain text may, or Slack would look for names and links in ours by itself."""
    if kind in PLAIN and part[PLAIN[kind]]["type"] != "plain_text":
        return [f"{kind} with mrkdwn"]
    if kind == "section" and not (part.get("text") or part.get("fields")):
        return ["an empty section"]
    return ["mrkdwn that is not verbatim"] if kind == "mrkdwn" and not part.get("verbatim") else []


def beyond(part: Part, name: str, most: int) -> bool:
    return name in part and not 0 < len(part[name]) <= most


def kind_of(part: Part) -> str:
    """Options and confirmations have no type of their own."""
    return str(part.get("type") or ("confirm" if "deny" in part else "option"))


def at(part: Any, path: str) -> str:
    """The text at this path; empty where there is none."""
    for name in path.split("."):
        part = part.get(name, {}) if isinstance(part, Mapping) else {}
    return part if isinstance(part, str) else ""


def within(part: Any) -> Iterator[Part]:
    """The object and all that are in it."""
    if isinstance(part, Mapping):
        yield part
    inner = part.values() if isinstance(part, Mapping) else part if isinstance(part, list) else ()
    for each in inner:
        yield from within(each)


def texts(part: Any) -> Iterator[str]:
    """All that is read of it."""
    return (each["text"] for each in within(part) if isinstance(each.get("text"), str))
