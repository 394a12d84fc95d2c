"""Questions and answers."""

from datetime import timedelta

import pytest

from opsportal import approvals, clock, runs
from opsportal.errors import Refused
from opsportal.models import Approval, Step
from tasks import pump
from tests import factories

from .conftest import statuses, texts


@pytest.fixture
def asking(drive):
    requester = factories.user()
    run = drive(factories.start({"a": []}, do={"a": "ask"}, by=requester))
    return run, Approval.objects.get(), requester


def test_a_question_makes_the_run_ask(asking):
    run, question, _ = asking
    assert (run.status, question.status, question.digest) == ("asking", "open", question.digest)
    assert len(question.digest) == 64


def test_an_approval_lets_the_step_go_on(asking, drive):
    run, question, _ = asking
    approvals.answer(question.pk, factories.user(username="anna"), True, "checked")
    assert drive(run).status == "succeeded"
    assert run.steps.get(key="a").output == {"by": "anna"}
    assert "Approved by anna: “checked”" in texts(run)


def test_a_rejection_ends_the_step_with_its_reason(asking, drive):
    run, question, _ = asking
    approvals.answer(question.pk, factories.user(), False, "not today")
    assert drive(run).reason == "a: Rejected: not today"


def test_a_rejection_needs_a_reason(asking):
    with pytest.raises(Refused, match="Say why"):
        approvals.answer(asking[1].pk, factories.user(), False, " ")


def test_the_requester_can_not_answer(asking):
    _, question, requester = asking
    with pytest.raises(Refused, match="another person"):
        approvals.answer(question.pk, requester, True)


def test_who_has_a_run_tried_again_wants_it_too(drive):
    run = drive(factories.start({"a": []}, do={"a": "ask"}))
    approvals.answer(Approval.objects.get().pk, factories.user(), False, "not today")
    drive(run)
    olga = factories.user()
    runs.retry(run.pk, olga)
    drive(run)
    question = Approval.objects.latest("pk")
    for requester, words in ((olga, "You had this run tried again"), (run.requested_by, "You started this run")):
        with pytest.raises(Refused, match=words):
            approvals.answer(question.pk, requester, True)
    approvals.answer(question.pk, factories.user(), True)
    assert drive(run).status == "succeeded"


def test_the_requester_of_a_one_person_team_types_the_environments_name(drive):
    where, one = factories.environment(requester_may_approve=True), factories.user()
    run = drive(factories.start({"a": []}, do={"a": "ask"}, by=one, environment=where))
    question = Approval.objects.get()
    with pytest.raises(Refused, match=f"Type “{where.name}”"):
        approvals.answer(question.pk, one, True, typed_name="wrong")
    approvals.answer(question.pk, one, True, typed_name=where.name)
    assert drive(run).status == "succeeded"


def test_somebody_without_the_right_can_not_answer(asking):
    with pytest.raises(Refused, match="don't have the right"):
        approvals.answer(asking[1].pk, factories.user("operate_environment"), True)


def test_the_first_answer_wins(asking):
    _, question, _ = asking
    approvals.answer(question.pk, factories.user(username="anna"), True)
    with pytest.raises(Refused, match="approved by anna"):
        approvals.answer(question.pk, factories.user(), False, "no")


def test_a_question_nobody_answers_is_rejected_when_it_expires(asking, drive):
    run, _, _ = asking
    Approval.objects.update(expires_at=clock.now())
    Step.objects.filter(key="a").update(nudge_at=clock.now())
    pump.tick()
    assert drive(run).status == "failed"
    assert "nobody answered in time" in texts(run)


def test_an_expired_question_takes_no_answer(asking):
    _, question, _ = asking
    Approval.objects.update(expires_at=clock.now() - timedelta(seconds=1))
    with pytest.raises(Refused, match="expired"):
        approvals.answer(question.pk, factories.user(), True)


def test_the_deadline_stands_still_while_asking(asking):
    step = asking[0].steps.get(key="a")
    assert step.deadline_at is None
    assert 0 < step.budget <= 600


def test_other_steps_go_on_while_one_asks(drive):
    run = drive(factories.start({"a": [], "b": []}, do={"a": "ask", "b": "wait:1,600"}))
    assert (run.status, statuses(run)["b"]) == ("running", "due")
