"""Slack docs: Block elements, Composition objects. What the elements of a block may be, and how long."""

from sandbox.slack.checks import Check, any_field, anything, both, by_type, items, one_of, shape, string

ID = 255


def text(most: int, *kinds: str) -> Check:
    return by_type({kind: shape({"text": string(most, 1)}) for kind in kinds})


def plain(most: int) -> Check:
    return text(most, "plain_text")


def either(most: int) -> Check:
    return text(most, "plain_text", "mrkdwn")


OPTION = shape({"text": either(75), "value": string(150)}, {"description": either(75), "url": string(3000)})
GROUP = shape({"label": plain(75), "options": items(OPTION, 100)})
CONFIRM = shape(
    {"title": plain(100), "text": either(300), "confirm": plain(30), "deny": plain(30)},
    {"style": one_of("primary", "danger")},
)
PLACED = {"action_id": string(ID), "placeholder": plain(150), "confirm": CONFIRM}
CHOICE = {"options": items(OPTION, 100), "option_groups": items(GROUP, 100)}

BUTTON = shape(
    {"text": plain(75)},
    {
        "action_id": string(ID),
        "value": string(2000),
        "url": string(3000),
        "style": one_of("primary", "danger"),
        "confirm": CONFIRM,
        "accessibility_label": string(75),
    },
)
IMAGE = shape({"alt_text": string(2000)}, {"image_url": string(3000, 1)})
SELECT = both(shape({}, PLACED | CHOICE), any_field("options", "option_groups"))
PICKER = shape({}, PLACED)
FEW = shape({"options": items(OPTION, 10)}, PLACED)
OVERFLOW = shape({"options": items(OPTION, 5)}, PLACED)
TYPED = shape({}, PLACED | {"initial_value": anything})

PICKERS = (
    *("users_select", "conversations_select", "channels_select", "external_select", "multi_users_select"),
    *("multi_conversations_select", "multi_channels_select", "multi_external_select"),
    *("datepicker", "timepicker", "datetimepicker"),
)
CHOOSING = {"static_select": SELECT, "multi_static_select": SELECT, "checkboxes": FEW, "radio_buttons": FEW}
INTERACTIVE = {"button": BUTTON, "overflow": OVERFLOW, "workflow_button": BUTTON} | CHOOSING
INTERACTIVE |= dict.fromkeys(PICKERS, PICKER)
TEXTUAL = ("plain_text_input", "email_text_input", "url_text_input", "number_input", "rich_text_input", "file_input")
INPUTS = CHOOSING | dict.fromkeys(PICKERS, PICKER) | dict.fromkeys(TEXTUAL, TYPED)
