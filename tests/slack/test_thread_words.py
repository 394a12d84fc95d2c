"""The thread of a run: its details in few messages, and how much is left out."""

import pytest

from opsportal.slack import thread_words
from opsportal.slack.seen import StepSeen

from .seeing import NASTY, NOW, URL, calls_somebody, nasty_run, question, read, run, wrong

CAUSE = "database: no such subnet"


def told(seen, log=(), before=0):
    found = thread_words.messages(seen, log, before)
    assert [wrong(message) for message in found] == [[] for _ in found]
    return "\n".join(map(read, found))


def test_a_failure_tells_its_cause_its_steps_and_the_end_of_the_log():
    seen = run("failed", cause=CAUSE, reason="1 step failed.", ended_at=NOW)
    seen = type(seen)(**vars(seen) | {"steps": (StepSeen("database", "failed", "No such subnet."),)})
    assert told(seen, ["Creating <db>", "No such `subnet`"], before=40) == (
        f"*First cause*\n{CAUSE}\n1 step failed.\n"
        "*Steps that failed*\n`database` failed. No such subnet.\n"
        "*Last lines*\n"
        f"<{URL}|40 earlier lines are in the portal>\n"
        "```\nCreating &lt;db&gt;\nNo such ˋsubnetˋ\n```"
    )


def test_a_question_tells_all_that_is_at_stake():
    asked = question(stakes=question().stakes * 30, facts=(("Diff", "https://ops.example.com/diff"),))
    text = told(run("asking", question=asked))
    assert (text.count("*Replace*"), text.count("*Modify*")) == (30, 30)
    assert "Diff: https://ops.example.com/diff" in text


def test_outputs_are_told():
    assert told(run("succeeded", outputs=(("web.Url", "https://web.example.com"),))) == (
        "*Outputs*\n`web.Url` = `https://web.example.com`"
    )


def test_where_there_is_nothing_to_tell_nothing_is_told():
    assert thread_words.messages(run()) == []


def test_the_end_of_a_long_log_is_told_and_how_much_came_before():
    text = told(run(), [f"line {n:04}" for n in range(5_000)], before=1)
    assert "line 4999" in text
    assert "line 0000" not in text
    shown = text.count("line ")
    assert f"|{5_001 - shown + 0:d} earlier lines are in the portal>" in text


def test_what_does_not_fit_into_four_messages_is_counted():
    outputs = tuple((f"web.Output{n}", "x" * 900) for n in range(200))
    found = thread_words.messages(run("succeeded", outputs=outputs))
    shown = sum(read(message).count("`web.Output") for message in found)
    assert len(found) == thread_words.MESSAGES
    assert f"|{200 - shown} more lines are in the portal>" in read(found[-1])


def test_a_failure_calls_who_is_named():
    seen = run("failed", cause=CAUSE)
    message = thread_words.call(seen, "U0123456")
    assert wrong(message) == []
    assert read(message) == f"<@U0123456> Deploy stacks · prod: failed. {CAUSE}"


def test_a_question_calls_the_group_on_duty():
    message = thread_words.call(run("asking", question=question()), "S0123456")
    assert read(message) == "<!subteam^S0123456> Deploy stacks · prod: asking. Apply 2 changes to web?"


@pytest.mark.parametrize("status", ["running", "succeeded", "cancelled", "undone"])
def test_nothing_else_calls_anybody(status):
    assert thread_words.call(run(status), "U0123456") is None


def test_without_an_id_nobody_is_called():
    assert thread_words.call(run("failed"), "<!channel>") is None


@pytest.mark.parametrize("text", NASTY)
@pytest.mark.parametrize("status", ["failed", "asking", "succeeded"])
def test_whatever_it_says_slack_takes_it_and_nobody_is_called(status, text):
    found = thread_words.messages(nasty_run(text, status), [text] * 1_000, 10**9)
    assert 0 < len(found) <= thread_words.MESSAGES
    assert [wrong(message) for message in found] == [[] for _ in found]
    assert not any(map(calls_somebody, found))
