import pytest

from sandbox.slack import blocks


def plain(text="x"):
    return {"type": "plain_text", "text": text}


def mrkdwn(text="x"):
    return {"type": "mrkdwn", "text": text}


def button(**more):
    return {"type": "button", "text": plain(), **more}


def options(count):
    return [{"text": plain(), "value": str(number)} for number in range(count)]


def actions(*elements):
    return {"type": "actions", "elements": list(elements)}


GOOD = [
    {"type": "header", "text": plain("x" * 150)},
    {"type": "section", "text": mrkdwn("x" * 3000), "accessory": button(value="x" * 2000)},
    {"type": "section", "fields": [mrkdwn("x" * 2000)] * 10},
    {"type": "context", "elements": [mrkdwn(), plain()]},
    {"type": "divider"},
    actions(*(button(action_id=str(number)) for number in range(25))),
    actions({"type": "static_select", "placeholder": plain(), "options": options(100)}),
    {"type": "input", "label": plain(), "element": {"type": "plain_text_input"}},
    {"type": "markdown", "text": "# x"},
    {"type": "image", "image_url": "https://example.com/a.png", "alt_text": "a"},
]
BAD = [
    ({"type": "poem"}, "unsupported type: poem [json-pointer:/blocks/0/type]"),
    ({}, "missing required field: type [json-pointer:/blocks/0]"),
    (
        {"type": "header", "text": plain("x" * 151)},
        "must be less than 151 characters [json-pointer:/blocks/0/text/text]",
    ),
    ({"type": "header", "text": mrkdwn()}, "unsupported type: mrkdwn [json-pointer:/blocks/0/text/type]"),
    ({"type": "section"}, "must have at least one of: text, fields [json-pointer:/blocks/0]"),
    (
        {"type": "section", "text": mrkdwn("x" * 3001)},
        "must be less than 3001 characters [json-pointer:/blocks/0/text/text]",
    ),
    ({"type": "section", "text": mrkdwn("")}, "must be more than 0 characters [json-pointer:/blocks/0/text/text]"),
    ({"type": "section", "fields": [mrkdwn()] * 11}, "no more than 10 items allowed [json-pointer:/blocks/0/fields]"),
    ({"type": "context", "elements": []}, "no fewer than 1 items allowed [json-pointer:/blocks/0/elements]"),
    (actions(*[button()] * 26), "no more than 25 items allowed [json-pointer:/blocks/0/elements]"),
    (
        actions(button(action_id="a"), button(action_id="a")),
        "action_id must be unique [json-pointer:/blocks/0/elements]",
    ),
    (
        actions(button(text=plain("x" * 76))),
        "must be less than 76 characters [json-pointer:/blocks/0/elements/0/text/text]",
    ),
    (
        actions(button(value="x" * 2001)),
        "must be less than 2001 characters [json-pointer:/blocks/0/elements/0/value]",
    ),
    (
        actions(button(action_id="x" * 256)),
        "must be less than 256 characters [json-pointer:/blocks/0/elements/0/action_id]",
    ),
    (
        actions({"type": "static_select", "options": options(101)}),
        "no more than 100 items allowed [json-pointer:/blocks/0/elements/0/options]",
    ),
    (
        actions({"type": "overflow", "options": options(6)}),
        "no more than 5 items allowed [json-pointer:/blocks/0/elements/0/options]",
    ),
    (
        {"type": "input", "label": plain(), "element": {"type": "checkboxes", "options": options(11)}},
        "no more than 10 items allowed [json-pointer:/blocks/0/element/options]",
    ),
]


def test_blocks_at_their_limits_are_good():
    assert blocks.problems(GOOD) == []


@pytest.mark.parametrize(("block", "problem"), BAD, ids=lambda value: value if isinstance(value, str) else "")
def test_a_block_beyond_its_limits_is_named(block, problem):
    assert problem in blocks.problems([block])


def test_a_message_has_fifty_blocks_a_view_a_hundred():
    many = [{"type": "divider"}] * 51
    assert blocks.problems(many) == ["no more than 50 items allowed [json-pointer:/blocks]"]
    assert blocks.problems(many, blocks.IN_VIEW) == []


def test_a_block_id_occurs_once():
    assert blocks.problems([{"type": "divider", "block_id": "a"}] * 2) == [
        "block_id must be unique [json-pointer:/blocks]"
    ]


def test_invalid_blocks_are_refused_with_the_reasons(refused):
    answer = refused("chat.postMessage", channel="ops", blocks=[{"type": "poem"}])
    assert (answer["error"], answer.status_code) == ("invalid_blocks", 200)
    assert answer["errors"] == ["unsupported type: poem [json-pointer:/blocks/0/type]"]
    assert answer["response_metadata"]["messages"] == [f"[ERROR] {answer['errors'][0]}"]


def test_blocks_and_elements_get_the_ids_they_lack(client):
    posted = client.chat_postMessage(channel="ops", text="x", blocks=[actions(button())])["message"]["blocks"][0]
    assert posted["block_id"]
    assert posted["elements"][0]["action_id"]
