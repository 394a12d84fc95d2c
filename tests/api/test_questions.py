"""Approvals over HTTP."""

import pytest

from opsportal import rights
from opsportal.models import Audit
from tests import factories

from .conftest import program


@pytest.fixture
def where():
    return factories.environment(name="prod", protected=True)


@pytest.fixture
def asked(where):
    run = factories.run(environment=where, status="asking", requested_by=factories.user())
    shown = {"changes": [{"risk": "replace"}], "password": "hunter2-hunter2"}
    return factories.approval(factories.step(run, "vpc", status="asking"), shown=shown, question="Replace the VPC?")


def given(asked, **changes):
    return {"answer": "approve", "digest": asked.digest, "reason": "seen"} | changes


def test_what_is_at_stake_is_read_and_secrets_are_not(asked):
    caller = program(factories.user())
    found = caller.get(f"/approvals/{asked.pk}").json()
    assert (found["question"], found["shown"]["changes"], found["status"]) == (
        "Replace the VPC?",
        [{"risk": "replace"}],
        "open",
    )
    assert "hunter2" not in str(found)
    assert [each["id"] for each in caller.get("/approvals").json()["items"]] == [asked.pk]
    assert caller.get("/approvals?status=rejected").json()["items"] == []


def test_an_answer_is_that_of_the_tokens_person(asked):
    caller = program(factories.user())
    answer = caller.post(f"/approvals/{asked.pk}", given(asked))
    assert (answer.status_code, answer.json()["status"]) == (200, "approved")
    asked.refresh_from_db()
    assert asked.answered_by == caller.token.person
    assert "(token ci, opsp_" in Audit.objects.get(action="question.approve").who
    assert caller.post(f"/approvals/{asked.pk}", given(asked)).status_code == 409


def test_a_reason_that_no_database_keeps_is_kept_as_far_as_it_can_be(asked):
    answer = program(factories.user()).post(f"/approvals/{asked.pk}", given(asked, reason="as \0 agreed"))
    assert (answer.status_code, answer.json()["reason"]) == (200, "as � agreed")


@pytest.mark.parametrize(
    ("changes", "status", "sentence"),
    [
        ({"digest": "other"}, 409, "What is asked is not what you were shown."),
        ({"answer": "reject", "reason": " "}, 409, "Say why you reject it."),
        ({"answer": "perhaps"}, 422, "not as it has to be"),
    ],
)
def test_an_answer_that_does_not_fit_changes_nothing(asked, changes, status, sentence):
    answer = program(factories.user()).post(f"/approvals/{asked.pk}", given(asked, **changes))
    assert (answer.status_code, sentence in answer.json()["detail"]) == (status, True)
    asked.refresh_from_db()
    assert asked.status == "open"


def test_the_requester_does_not_approve_by_a_token_either(asked):
    caller = program(asked.step.run.requested_by)
    answer = caller.post(f"/approvals/{asked.pk}", given(asked))
    assert (answer.status_code, "another person" in answer.json()["detail"]) == (409, True)


def test_a_token_without_the_scope_answers_nothing(asked):
    answer = program(factories.user(), "read", "run").post(f"/approvals/{asked.pk}", given(asked))
    assert answer.status_code == 403


def test_an_approval_of_others_is_as_one_that_is_not_there(asked):
    person = factories.user("none")
    rights.give("approver", person, factories.environment())
    caller = program(person, "read", "approve")
    hidden, missing = caller.get(f"/approvals/{asked.pk}"), caller.get("/approvals/4711")
    assert (hidden.status_code, hidden.json()) == (404, missing.json())
    assert caller.post(f"/approvals/{asked.pk}", given(asked)).json() == missing.json()
    assert caller.get("/approvals").json()["items"] == []
