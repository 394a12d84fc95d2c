"""Buttons and modals: an answer is given once, to what was shown, by who may, and with its reason."""

import json

import pytest

from opsportal import approvals, clock, contexts, rights
from opsportal.models import Approval, Audit, Run
from opsportal.slack import reading, run_words
from opsportal.slack.client import client
from tests import factories

from .bot import words
from .conftest import JONAS, MINA

SHOWN = {
    "changes": [{"id": "Db", "type": "AWS::RDS::DBInstance", "risk": "replace", "stateful": True}],
    "version": "4.2",
    "cost": "$12 a month more",
    "diff": "https://git.example/compare/1...2",
}


@pytest.fixture
def asking(dev):
    """A run that somebody else has started, and that asks."""
    run = factories.run(environment=dev, status="asking", requested_by=factories.user(username="starter"))
    step = factories.step(run, "web", status="asking")
    factories.approval(step, question="Apply 1 change to web?", shown=SHOWN, digest=contexts.digest(SHOWN))
    return run


@pytest.fixture
def post(acts):
    """Posts the run's message, as it is now, in a channel."""

    def send(run, channel="ops"):
        run = Run.objects.select_related(*reading.BESIDE).get(pk=run.pk)
        said = run_words.message(reading.run(run), clock.now())
        posted = client().chat_postMessage(channel=channel, text=said.text, blocks=said.blocks)
        return {"channel": channel, "ts": posted["ts"], "blocks": said.blocks}

    return send


def one(said):
    (message,) = said
    return message


def open_(run):
    return Approval.objects.get(step__run=run)


def test_an_approval_has_in_view_what_is_approved_and_a_reason(acts, operator, asking, post):
    assert acts.click(post(asking), "question.approve") == []
    text = words(acts.view() | {"text": ""})
    for part in (
        "Apply 1 change to web?",
        "*Replace*",
        "Db (AWS::RDS::DBInstance)",
        "4.2",
        "$12 a month more",
        "/compare/",
    ):
        assert part in text
    assert "You have approved it. The run goes on." in acts.submit({"reason": "fine"})
    answered = open_(asking)
    assert (answered.status, answered.answered_by, answered.reason) == ("approved", operator, "fine")
    assert Audit.objects.get(action="question.approve").who == "mina (Slack)"


def test_a_rejection_has_a_reason(acts, operator, asking, post):
    acts.click(post(asking), "question.reject")
    assert acts.submit({"reason": "   "}) == {"reason": "Say why you reject it."}
    assert open_(asking).status == "open"
    assert "You have rejected it." in acts.submit({"reason": "too late"})
    assert (open_(asking).status, open_(asking).reason) == ("rejected", "too late")


def test_a_button_pressed_twice_answers_once(acts, operator, asking, post):
    message = post(asking)
    for _ in range(2):
        acts.click(message, "question.approve")
    first, second = acts.views()
    assert "You have approved it" in acts.submit({}, first)
    assert acts.submit({}, second) == {"reason": "This question is closed: approved by mina."}
    assert "This question is closed: approved by mina." in words(one(acts.click(message, "question.approve")))
    assert Audit.objects.filter(action="question.approve").count() == 1


def test_an_old_messages_button_answers_no_newer_question(acts, operator, asking, post):
    message = post(asking)
    step = asking.steps.get()
    Approval.objects.update(status="withdrawn")
    factories.approval(step, number=2, question="Apply 9 changes?", digest="another")
    assert "This question is closed: withdrawn." in words(one(acts.click(message, "question.approve")))
    assert acts.views() == []
    assert Approval.objects.get(number=2).status == "open"


def test_a_question_that_changed_under_its_modal_is_not_answered(acts, operator, asking, post):
    acts.click(post(asking), "question.approve")
    Approval.objects.update(digest="another")
    assert "not what you were shown" in acts.submit({})["reason"]
    assert open_(asking).status == "open"


def test_what_was_answered_in_the_portal_is_closed_in_slack(acts, operator, asking, post):
    acts.click(post(asking), "question.approve")
    approvals.answer(open_(asking).pk, factories.user(username="portal"), False, "no")
    assert acts.submit({}) == {"reason": "This question is closed: rejected by portal."}


def test_nobody_answers_who_is_not_known(acts, asking, post):
    message = one(acts.click(post(asking), "question.approve"))
    assert "I don’t know who you are" in words(message)
    assert message["seen_by"] == MINA
    assert (acts.views(), open_(asking).status) == ([], "open")


def test_nobody_answers_without_the_right(acts, known, dev, asking, post):
    viewer = known("mina", factories.user("none", username="viewer"))
    assert "There is no such question, or you may not see it." in words(
        one(acts.click(post(asking), "question.approve"))
    )
    rights.give("operator", viewer, dev)
    assert "You don't have the right to answer approvals." in words(one(acts.click(post(asking), "question.approve")))
    assert open_(asking).status == "open"


def test_who_lost_the_right_while_the_modal_was_open_answers_nothing(acts, known, dev, asking, post):
    approver = known("mina", factories.user("none", username="approver"))
    rights.give("approver", approver, dev)
    acts.click(post(asking), "question.approve")
    rights.give("viewer", approver, dev)
    assert acts.submit({}) == {"reason": "You don't have the right to answer approvals."}
    assert open_(asking).status == "open"


def test_the_requester_answers_nothing(acts, operator, asking, post):
    Run.objects.update(requested_by=operator)
    assert "another person has to answer" in words(one(acts.click(post(asking), "question.approve")))
    assert (acts.views(), open_(asking).status) == ([], "open")


def test_the_requester_of_a_one_person_team_types_the_name(acts, operator, dev, asking, post):
    Run.objects.update(requested_by=operator)
    dev.requester_may_approve = True
    dev.save()
    acts.click(post(asking), "question.approve")
    assert (
        acts.submit({"typed": "prod"})["typed" if False else "reason"]
        == "Type “dev” to approve what you asked for yourself."
    )
    assert "You have approved it" in acts.submit({"typed": "dev"})


def test_as_many_approve_as_are_needed(acts, operator, known, asking, post):
    Approval.objects.update(needed=2)
    known("jonas", factories.user(username="jonas"))
    message = post(asking)
    acts.click(message, "question.approve")
    assert "You have approved it: 1 of 2." in acts.submit({})
    assert "You have approved this. It needs others too." in words(one(acts.click(message, "question.approve")))
    acts.click(message, "question.approve", user="jonas")
    assert "The run goes on." in acts.submit({}, acts.views()[-1])
    assert open_(asking).status == "approved"


def test_a_group_of_approvers_is_asked_for_in_slack_too(acts, operator, dev, asking, post):
    dev.approvers = factories.group("release")
    dev.save()
    assert "Only members of release answer here." in words(one(acts.click(post(asking), "question.approve")))


def test_a_cancel_pressed_twice_cancels_once(acts, operator, dev, post):
    run = factories.start({"a": []}, environment=dev)
    message = post(run)
    assert "is being cancelled" in words(one(acts.click(message, "run.cancel")))
    assert "is over: cancelled" in words(one(acts.click(message, "run.cancel")))
    assert Audit.objects.filter(action="run.cancel").count() == 1


def failed(run):
    """The run fails, and says so."""
    factories.line(run, "It broke.")
    Run.objects.filter(pk=run.pk).update(status="failed", ended_at=clock.now())
    run.refresh_from_db()
    return run


def test_a_retry_is_of_the_failure_that_was_shown(acts, operator, dev, post):
    message = post(failed(factories.start({"a": []}, environment=dev)))
    run = Run.objects.get()
    assert "goes on from what failed" in words(one(acts.click(message, "run.retry")))
    assert "has gone on since you saw it" in words(one(acts.click(message, "run.retry")))
    run.refresh_from_db()
    failed(run)
    assert "has gone on since you saw it" in words(one(acts.click(message, "run.retry")))
    assert Audit.objects.filter(action="run.retry").count() == 1


def test_nobody_steers_without_the_right(acts, known, dev, post):
    viewer = known("mina", factories.user("none", username="viewer"))
    rights.give("viewer", viewer, dev)
    run = factories.start({"a": []}, environment=dev)
    assert "don't have the right" in words(one(acts.click(post(run), "run.cancel")))
    run.refresh_from_db()
    assert run.cancel_at is None


def test_a_button_that_opens_a_page_does_nothing_else(acts, operator, asking, post):
    assert acts.click(post(asking), "run.open") == []


def test_an_answer_in_an_environments_own_channel_is_for_the_one_who_pressed(acts, operator, dev, asking, post):
    message = one(acts.click(post(asking), "run.cancel"))
    assert message["seen_by"] == MINA


VALUES = ["", "x", "null", "[]", '{"run":', "{}", '{"run":"1"}', '{"run":0}', '{"run":9223372036854775808}']
VALUES += ['{"run":1,"approval":9223372036854775807,"number":1,"digest":"d"}', "\0", "[" * 1_900, '{"run":true}']


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize("action", ["question.approve", "run.cancel", "run.form", "unknown.action", ""])
def test_a_forged_button_is_answered_with_a_sentence(acts, operator, dev, deliver, team, action, value):
    assert deliver(pressed(team, action, value)) == 200
    (call,) = acts.slack.calls("chat.postEphemeral") or acts.slack.calls("chat.postMessage")
    assert call["ok"]
    assert "Something went wrong" not in json.dumps(call["params"])


def pressed(team, action, value):
    """A press as Slack sends it."""
    known = {
        "type": "block_actions",
        "team": {"id": team},
        "user": {"id": MINA, "team_id": team},
        "trigger_id": "1.2.x",
    }
    return known | {"actions": [{"action_id": action, "type": "button", "value": value}]}


@pytest.mark.parametrize(
    "odd",
    [
        {"actions": []},
        {"actions": None},
        {"user": {"id": "U0NOBODY"}},
        {"user": None},
        {"user": {"id": {"a": 1}}},
        {"team": None, "user": {"id": MINA}},
        {"channel": {"id": ["C1"]}},
    ],
)
def test_a_payload_of_another_shape_breaks_nothing(acts, operator, dev, deliver, team, odd):
    run = factories.run(environment=dev)
    deliver(pressed(team, "run.cancel", json.dumps({"run": run.pk})) | odd)
    run.refresh_from_db()
    assert (run.cancel_at is None) == (odd not in ({"channel": {"id": ["C1"]}},))


def sent(team, callback, metadata, values=None, user=MINA):
    view = {
        "type": "modal",
        "id": "V1",
        "callback_id": callback,
        "private_metadata": metadata,
        "state": {"values": values or {}},
    }
    return {"type": "view_submission", "team": {"id": team}, "user": {"id": user, "team_id": team}, "view": view}


@pytest.mark.parametrize("metadata", [*VALUES, '{"runbook":["x"]}', '{"runbook":"nothing"}', '{"runbook":"sweep"}'])
@pytest.mark.parametrize("callback", ["question.answer", "run.start", "unknown"])
def test_a_forged_modal_is_answered_with_a_sentence(operator, dev, deliver, team, callback, metadata):
    assert deliver(sent(team, callback, metadata)) == 200
    assert not Run.objects.exists()


def test_another_persons_id_gets_their_rights_only_from_slack_itself(acts, operator, asking, deliver, team):
    """The id in a payload is Slack's word, and the portal's person is looked up by it alone."""
    asked = open_(asking)
    bound = {"run": asking.pk, "approval": asked.pk, "number": 1, "digest": asked.digest, "answer": "approve"}
    deliver(sent(team, "question.answer", json.dumps(bound), user=JONAS))
    deliver(sent("T0OTHER", "question.answer", json.dumps(bound)))
    assert open_(asking).status == "open"
