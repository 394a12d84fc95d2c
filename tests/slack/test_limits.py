"""The checker finds what Slack refuses; a checker that finds nothing would prove nothing."""

import pytest

from opsportal.slack import blocks, limits

GOOD = blocks.section("text")


def buttons(number, **more):
    return [blocks.button(f"a-{n}", "Go", "1", **more) for n in range(number)]


@pytest.mark.parametrize(
    "found",
    [
        [GOOD] * 51,
        [blocks.section("x" * 3001)],
        [blocks.section("")],
        [{"type": "section"}],
        [{"type": "section", "fields": [blocks.mrkdwn("a")] * 11}],
        [{"type": "section", "fields": [blocks.mrkdwn("x" * 2001)]}],
        [blocks.section("x" * 2990)] * 5,
        [{"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}],
        [{"type": "header", "text": blocks.mrkdwn("a")}],
        [{"type": "context", "elements": [blocks.mrkdwn("a")] * 11}],
        [{"type": "context", "elements": []}],
        [blocks.context("x" * 3001)],
        [blocks.actions(buttons(26), "a")],
        [blocks.actions([], "a")],
        [blocks.actions(buttons(1), "a" * 256)],
        [blocks.actions(buttons(1), "a"), blocks.actions([blocks.button("b", "B")], "a")],
        [blocks.actions([*buttons(1), *buttons(1)], "a")],
        [blocks.actions([blocks.button("a", "Go", "x" * 2001)], "a")],
        [blocks.actions([blocks.button("a" * 256, "Go")], "a")],
        [blocks.actions([blocks.button("a", "Go", url="https://" + "x" * 3000)], "a")],
        [{"type": "section", "text": {"type": "mrkdwn", "text": "a"}}],
        [{"type": "carousel"}],
        [blocks.section("🔥" * 1501)],
    ],
)
def test_what_slack_refuses_is_found(found):
    assert limits.of_message("text", found) != []


@pytest.mark.parametrize("text", ["", "x" * 4001])
def test_a_message_has_a_fallback_text_that_fits(text):
    assert limits.of_message(text, [GOOD]) != []


def test_what_slack_takes_is_left_alone():
    confirm = blocks.confirm("x" * 200, "x" * 400, "x" * 40)
    taken = [blocks.header("x" * 200), GOOD, blocks.context("a"), blocks.actions(buttons(25, confirm=confirm), "a")]
    assert limits.of_message("text", taken) == []


@pytest.mark.parametrize(
    "more",
    [
        {"title": blocks.plain_text("x" * 30, 30)},
        {"private_metadata": "x" * 3001},
        {"callback_id": "x" * 256},
        {"blocks": [GOOD] * 101},
        {"blocks": [blocks.entry("a", "A", {"type": "plain_text_input"}, False)]},
        {"blocks": [blocks.entry("a", "A", {"type": "static_select", "options": []}, False)], "submit": GOOD["text"]},
        {"submit": blocks.plain_text("x" * 30, 30)},
    ],
)
def test_what_a_view_may_not_have_is_found(more):
    view = {"type": "modal", "title": blocks.plain_text("Title", 24), "blocks": [GOOD]}
    assert limits.of_view(view) == []
    assert limits.of_view(view | more) != []
