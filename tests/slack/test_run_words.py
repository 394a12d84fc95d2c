"""The one message of a run in its main states, and under inputs that nobody wishes for."""

import json
from datetime import timedelta

import pytest

from opsportal.slack import bindings, run_words
from opsportal.slack.bindings import Bound
from opsportal.slack.seen import calls

from .seeing import NASTY, NOW, URL, calls_somebody, kinds, nasty_run, question, read, run, wrong

STATUSES = ("planning", "running", "cancelling", "undoing", "succeeded", "failed", "cancelled", "undone", "undo_failed")


def texts(seen, mention=""):
    """The texts of its blocks, the buttons as their labels."""
    message = run_words.message(seen, NOW, mention)
    assert wrong(message) == []
    found = []
    for block in message.blocks:
        parts = block.get("elements", [block])
        found.append(
            " | ".join(part["text"]["text"] if isinstance(part["text"], dict) else part["text"] for part in parts)
        )
    return found


WHO = f"<{URL}|Run 12> | started by minji"


def test_a_run_under_way():
    assert texts(run(line="Waiting for web to be stable")) == [
        "⏳ Deploy stacks · prod 🔒",
        "*Running* · ▰▰▱ 2/3 · 3 min 12 s, usually 4 min",
        "Waiting for web to be stable",
        WHO,
        "Open | Cancel run",
    ]


def test_a_run_that_asks():
    asked = question(votes=1, needed=2)
    assert texts(run("asking", question=asked, others=2), "S0123456") == [
        "❓ Deploy stacks · prod 🔒",
        "<!subteam^S0123456> *Asking* · ▰▰▱ 2/3 · 3 min 12 s, usually 4 min",
        "*Apply 2 changes to web?*",
        "1 replace, 1 modify in place; data is at stake in 1 of them\n"
        "🔥 *Replace* `Db (AWS::RDS::DBInstance)` A new one takes its place.\n"
        "✏️ *Modify* `Service (AWS::ECS::Service)` Image: web:1 → web:2\n"
        "Change set: web-12",
        "1 of 2 approvals | open until <!date^1795780800^{date_short_pretty} {time}|2026-11-27 12:00 UTC>",
        f"<{URL}|2 more questions are open>",
        WHO,
        "Approve | Reject | Open | Cancel run",
    ]


def test_a_run_that_failed():
    seen = run("failed", ("succeeded", "failed", "skipped"), cause="database: no such subnet", ended_at=NOW)
    assert texts(seen, "U0123456") == [
        "❌ Deploy stacks · prod 🔒",
        "<@U0123456> *Failed* · ▰▱▱ 1/3 · 1 failed: database · 3 min 12 s, usually 4 min",
        "First cause: database: no such subnet",
        WHO,
        "Retry from failed | Open",
    ]


def test_a_run_that_succeeded_calls_nobody():
    seen = run("succeeded", ("succeeded",) * 3, usual=None, protected=False, ended_at=NOW)
    assert texts(seen, "U0123456") == [
        "✅ Deploy stacks · prod",
        "*Succeeded* · ▰▰▰ 3/3 · 3 min 12 s",
        WHO,
        "Open",
    ]


def test_a_run_that_was_cancelled():
    seen = run("cancelled", ("succeeded", "cancelled", "cancelled"), reason="Cancelled by minji.", ended_at=NOW)
    assert texts(seen, "U0123456") == [
        "🚫 Deploy stacks · prod 🔒",
        "*Cancelled* · ▰▱▱ 1/3 · 3 min 12 s, usually 4 min",
        "Cancelled by minji.",
        WHO,
        "Retry from failed | Open",
    ]


def test_a_run_that_is_planned_has_no_bar_yet():
    assert texts(run("planning", ()))[1] == "*Planning* · 3 min 12 s, usually 4 min"


def test_an_undo_counts_what_was_put_back():
    assert "▰▱ 1/2" in texts(run("undoing", ("undone", "succeeded")))[1]


@pytest.mark.parametrize("status", STATUSES)
def test_somebody_is_called_by_a_failure_alone(status):
    seen = run(status)
    assert ("<@U0123456>" in read(run_words.message(seen, NOW, "U0123456"))) == calls(seen) == ("failed" in status)


def test_the_notification_says_it_in_a_sentence():
    assert run_words.message(run("asking", question=question()), NOW).text == (
        "Deploy stacks · prod: asking. Apply 2 changes to web?"
    )


def pressed(message, action):
    (block,) = [block for block in message.blocks if block["type"] == "actions"]
    return next(each for each in block["elements"] if each["action_id"] == action)


@pytest.mark.parametrize("action", ["question.approve", "question.reject"])
def test_an_answer_is_bound_to_the_very_question(action):
    old = run_words.message(run("asking", question=question()), NOW)
    new = run_words.message(run("asking", question=question(approval=8, number=2, digest="e" * 64)), NOW)
    assert bindings.read(pressed(old, action)["value"]) == Bound(12, 7, 1, "d" * 64)
    assert bindings.read(pressed(new, action)["value"]) == Bound(12, 8, 2, "e" * 64)


@pytest.mark.parametrize("action", ["question.reject", "run.cancel"])
def test_what_ends_something_asks_first(action):
    assert pressed(run_words.message(run("asking", question=question()), NOW), action)["confirm"]["style"] == "danger"


def test_a_run_without_buttons_has_no_row_of_them():
    message = run_words.message(run(buttons=()), NOW)
    assert wrong(message) == []
    assert "actions" not in kinds(message)


def test_open_is_a_link():
    assert pressed(run_words.message(run(), NOW), "run.open")["url"] == URL


@pytest.mark.parametrize(
    "value",
    ["", "12", "[]", "{}", '{"run":"12"}', '{"run":true}', '{"run":-1}', '{"run":1,"approval":"7"}', "[" * 9_999, None],
)
def test_a_value_that_is_not_ours_binds_nothing(value):
    assert bindings.read(value) is None


def test_a_number_that_no_database_has_binds_nothing():
    assert bindings.read(json.dumps({"run": 2**63})) is None


def test_what_a_message_leaves_out_it_counts():
    seen = run("asking", question=question(stakes=question().stakes * 10, facts=(("A", "b"),) * 9))
    assert f"<{URL}|And 16 more in the portal>" in read(run_words.message(seen, NOW))


def test_a_hundred_steps_have_a_bar_of_twenty():
    assert "▰" * 10 + "▱" * 10 + " 50/100" in read(run_words.message(run(steps=("succeeded", "running") * 50), NOW))


@pytest.mark.parametrize("text", NASTY)
@pytest.mark.parametrize("status", [*STATUSES, "asking"])
def test_whatever_it_is_named_slack_takes_it_and_nobody_is_called(status, text):
    seen = nasty_run(text, status)
    message = run_words.message(seen, NOW + timedelta(days=400))
    assert wrong(message) == []
    assert not calls_somebody(message)
    assert kinds(message)[0] == "header"
    assert kinds(message)[-1] == "actions"
