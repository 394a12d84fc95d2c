"""What is asked for in passing: lists of runs and findings, starts, who is who; whatever things are called."""

from dataclasses import replace

import pytest

from opsportal import catalog
from opsportal.slack import finding_words, start_words, status_words, who_words
from opsportal.slack.who_words import There
from tests import factories

from .seeing import NASTY, NOW, URL, calls_somebody, nasty_run, question, read, run, wrong


def test_runs_are_a_line_each_and_their_questions_have_buttons():
    message = status_words.status([run("asking", question=question()), run(id=13)], 0, "prod", URL, NOW)
    text = read(message)
    for part in ("prod: what runs now", "|Run 12>", "|Run 13>", "Apply 2 changes to web?", "🔥", "Approve", "Reject"):
        assert part in text
    assert wrong(message) == []


def test_what_is_beyond_a_message_is_counted():
    message = status_words.status([run(id=n) for n in range(1, 30)], 7, "", URL, NOW)
    assert "And 26 more in the portal" in read(message)


def test_nothing_runs():
    assert "all environments: nothing runs" in read(status_words.status([], 0, "", URL, NOW))


def test_a_list_of_findings_says_how_many_there_are():
    found = [finding_words.FindingSeen("ebs-unattached", f"vol-{n}", usd=8.8, severity="high") for n in range(15)]
    text = read(status_words.findings(found, 40, "dev: the worst findings", URL))
    assert "vol-0" in text
    assert "And 25 more in the portal" in text


@pytest.mark.django_db
def test_a_start_says_what_is_known_and_how_old_it_is():
    row = factories.run(runbook="sweep", environment=factories.environment(name="dev"))
    known = start_words.Known("dev", "As of the last sweep, 1 h ago:", finding_words.answer("dev", [], URL))
    message = start_words.started([row], [known])
    assert "Sweep in dev has started." in read(message)
    assert "no unused volumes and addresses" in read(message)
    assert wrong(message) == []


def test_a_form_that_does_not_fit_into_a_button_is_in_the_portal():
    book = catalog.runbook("stacks.deploy")
    assert "Open the form" in read(start_words.offer(book, "dev", "{}", URL))
    assert "Open the form" not in read(start_words.offer(book, "dev", "", URL))


@pytest.mark.parametrize("text", NASTY)
def test_whatever_things_are_called_slack_takes_it(text):
    seen = nasty_run(text, "asking", steps=3)
    found = finding_words.FindingSeen(text, text, text, text, text, text, text, text, "high", 1.0, URL)
    messages = [
        status_words.status(
            [seen] * 1 + [replace(nasty_run(text, steps=3), id=n) for n in range(20)], 1, text, URL, NOW
        ),
        status_words.sure(seen, "cancel", NOW),
        status_words.findings([found] * 15, 20, text or "–", URL),
        status_words.sentence(text),
        start_words.offer(catalog.runbook("sweep"), text, "{}", URL),
        who_words.message(text, text, [(text, "viewer")] * 20, There(text, [text] * 21, text), URL),
        who_words.stranger(URL),
    ]
    assert [wrong(each) for each in messages] == [[]] * len(messages)
    assert not any(map(calls_somebody, messages))
