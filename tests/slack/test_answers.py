"""The modal in which a question is answered: what it shows, what it is bound to, and what it says when sent."""

import pytest

from opsportal.errors import Refused
from opsportal.slack import answers, limits, views
from opsportal.slack.answers import Answered
from opsportal.slack.bindings import Bound

from .seeing import NASTY, URL, nasty_run, question, run

ASKED = question()
BOUND = Bound(12, 7, 1, "d" * 64)


def modal(approve=True, **more):
    made = answers.modal(run("asking", question=ASKED), ASKED, approve, **more)
    assert limits.of_view(made) == []
    return made


def inputs(view):
    return {block["block_id"]: block["optional"] for block in view["blocks"] if block["type"] == "input"}


def sent(view, reason="", typed=""):
    values = {"reason": {"value": {"value": reason}}, "typed": {"value": {"value": typed}}}
    return answers.answered(view | {"state": {"values": values}})


def test_what_is_approved_is_in_view():
    text = "\n".join(limits.texts(modal()["blocks"]))
    for part in (
        "Apply 2 changes to web?",
        "🔥 *Replace*",
        "Change set: web-12",
        f"<{URL}|Open in the portal>",
        "prod",
    ):
        assert part in text


def test_an_approval_may_have_a_reason_and_a_rejection_must():
    assert (inputs(modal(True)), inputs(modal(False))) == ({"reason": True}, {"reason": False})


def test_the_requester_of_a_one_person_team_types_the_environments_name():
    assert inputs(modal(True, types_name=True)) == {"typed": False, "reason": True}
    assert inputs(modal(False, types_name=True)) == {"reason": False}


def test_an_answer_is_to_the_question_that_was_shown():
    assert sent(modal(True), " fine ", "prod") == Answered(BOUND, True, "fine", "prod")
    assert sent(modal(False), "too late") == Answered(BOUND, False, "too late", "")


@pytest.mark.parametrize(
    "changed",
    [
        {"callback_id": "other"},
        {"private_metadata": ""},
        {"private_metadata": '{"run":12,"answer":"approve"}'},
        {"private_metadata": '{"run":12,"approval":7,"answer":"perhaps"}'},
        {"private_metadata": '{"run":12,"approval":7}'},
    ],
)
def test_what_is_not_ours_answers_nothing(changed):
    assert sent(modal() | changed) is None


def test_a_refusal_stands_next_to_the_reason():
    assert views.errors(Refused("Say why you reject it."), answers.BLOCKS) == {"reason": "Say why you reject it."}


@pytest.mark.parametrize("text", NASTY)
def test_whatever_is_asked_slack_takes_the_modal(text):
    seen = nasty_run(text, "asking")
    made = answers.modal(seen, seen.question, True, types_name=True)
    assert limits.of_view(made) == []
    assert sent(made).bound == BOUND
