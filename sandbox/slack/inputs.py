"""What a person chooses or types in an element, as payloads and the state of a view carry it."""

from typing import Any

from sandbox.slack.blocks import interactive
from sandbox.slack.records import Json

TYPED = ("plain_text_input", "email_text_input", "url_text_input", "number_input")
MANY = ("checkboxes", "multi_static_select")
ONE = ("static_select", "radio_buttons", "overflow")
NAMED = {
    "users_select": "selected_user",
    "conversations_select": "selected_conversation",
    "channels_select": "selected_channel",
    "multi_users_select": "selected_users",
    "multi_conversations_select": "selected_conversations",
    "multi_channels_select": "selected_channels",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
}
WITHOUT_STATE = ("button", "overflow", "workflow_button")


class BadInput(Exception):
    """What Slack's own form would not let pass; the text says why."""


def chosen(element: Json, value: Any) -> Json:
    """The part of an action or of a state that says what was chosen; raises BadInput."""
    kind = element["type"]
    if kind in ONE:
        return {"selected_option": None if value is None else _option(element, value)}
    if kind in MANY:
        return {"selected_options": [_option(element, each) for each in _listed(value)]}
    if kind in TYPED:
        return {"value": _typed(element, value)}
    return {NAMED.get(kind, "value"): value}


def initial(element: Json) -> Json:
    """The same of what an element begins with."""
    kind = element["type"]
    if kind in ONE:
        return {"selected_option": element.get("initial_option")}
    if kind in MANY:
        return {"selected_options": element.get("initial_options", [])}
    name = NAMED.get(kind, "value")
    return {name: element.get(name.replace("selected", "initial") if kind in NAMED else "initial_value")}


def values(blocks: list[Json], given: Json) -> Json:
    """The state of a view by block and action; `given` is by action_id or block_id.action_id. Raises BadInput."""
    found: Json = {}
    for block, element in interactive(blocks):
        if element["type"] in WITHOUT_STATE:
            continue
        action = element["action_id"]
        key = next((name for name in (f"{block['block_id']}.{action}", action) if name in given), None)
        part = initial(element) if key is None else chosen(element, given[key])
        if block["type"] == "input" and not block.get("optional") and not any(part.values()):
            raise BadInput(f"Please complete this required field: {block['label']['text']}")
        found.setdefault(block["block_id"], {})[action] = {"type": element["type"]} | part
    return found


def options(element: Json) -> list[Json]:
    grouped = [option for group in element.get("option_groups", []) for option in group["options"]]
    return [*element.get("options", []), *grouped]


def _option(element: Json, value: Any) -> Json:
    for option in options(element):
        if option["value"] == value:
            return option
    known = ", ".join(option["value"] for option in options(element))
    raise BadInput(f"{value!r} is none of the options of {element['action_id']}: {known}.")


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _typed(element: Json, value: Any) -> str | None:
    text = None if value in (None, "") else str(value)
    least, most = element.get("min_length", 0), element.get("max_length", 3000)
    if text is not None and not least <= len(text) <= most:
        raise BadInput(f"{element['action_id']} takes from {least} to {most} characters.")
    return text
