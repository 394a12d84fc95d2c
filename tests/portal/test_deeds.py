"""Buttons of a run's page, and what they do."""

import re

import pytest
from django.urls import reverse

from opsportal import rights
from opsportal.models import Approval, Run
from tests import factories
from tests.portal.conftest import html, said, signed_in


def do(client, run, verb, **data):
    return client.post(reverse("admin:opsportal_run_do", args=[run.pk, verb]), data, follow=True)


def answer(client, approval, **data):
    address = reverse("admin:opsportal_run_answer", args=[approval.step.run_id, approval.pk])
    named = {f"{name}-{approval.pk}" if name != "answer" else name: value for name, value in data.items()}
    return client.post(address, named, follow=True)


def test_a_run_is_cancelled(client):
    run = factories.start({"a": []})
    do(client, run, "cancel")
    run.refresh_from_db()
    assert run.status in ("cancelling", "cancelled")


def test_a_failed_run_is_retried(client):
    run = factories.run(status="failed", ended_at=factories.clock.now())
    factories.step(run, "a", status="failed")
    response = do(client, run, "retry")
    run.refresh_from_db()
    assert run.status == "running"
    assert said(response) == [f"Run {run.pk} goes on from what failed."]


def test_a_refusal_is_said_on_the_page(client):
    run = factories.run(status="succeeded", ended_at=factories.clock.now())
    assert said(do(client, run, "retry")) == [f"Run {run.pk} is succeeded: there is nothing to retry."]


def test_a_person_without_the_right_can_not_steer():
    run = factories.start({"a": []})
    response = do(signed_in(factories.user("view_environment")), run, "cancel")
    run.refresh_from_db()
    assert run.status == "planning"
    assert "don't have the right" in said(response)[0]


def test_a_person_without_the_right_sees_no_buttons():
    run = factories.run()
    response = signed_in(factories.user("view_environment")).get(reverse("admin:opsportal_run_page", args=[run.pk]))
    assert "Cancel run" not in html(response)


@pytest.mark.parametrize("verb", ["cancel", "retry", "undo", "deploy"])
def test_looking_changes_nothing(client, verb):
    run = factories.run()
    assert client.get(reverse("admin:opsportal_run_do", args=[run.pk, verb])).status_code == 405


def test_what_a_run_can_not_do_is_not_found(client):
    assert do(client, factories.run(), "explode").status_code == 404


def test_a_deed_on_an_unknown_run_is_not_found(client):
    assert client.post("/admin/opsportal/run/999999/do/cancel/").status_code == 404


def test_a_deed_without_the_forms_token_is_refused(person):
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    client.force_login(person)
    assert do(client, factories.run(), "cancel").status_code == 403


def test_a_plan_is_deployed_with_its_parameters(client):
    params = {"blueprint": "ecs-service", "name": "", "only": [], "variables": {}}
    plan = factories.run(runbook="stacks.plan", status="succeeded", params=params, ended_at=factories.clock.now())
    do(client, plan, "deploy", nonce="n")
    do(client, plan, "deploy", nonce="n")
    deployed = Run.objects.get(runbook="stacks.deploy")
    assert deployed.params["blueprint"] == "ecs-service"
    assert deployed.environment == plan.environment


def test_only_a_plan_can_be_deployed(client):
    assert do(client, factories.run(status="succeeded"), "deploy").status_code == 404


def asked(by=None, **environment):
    run = factories.run(status="asking", requested_by=by, environment=factories.environment(**environment))
    return factories.approval(factories.step(run, "database", status="asking"))


def test_a_question_is_approved_by_another_person(client):
    approval = asked(by=factories.user())
    answer(client, approval, answer="approve", reason="checked")
    approval.refresh_from_db()
    assert (approval.status, approval.reason) == ("approved", "checked")


def test_a_rejection_needs_a_reason(client):
    approval = asked(by=factories.user())
    assert said(answer(client, approval, answer="reject")) == ["Say why you reject it."]


def test_the_requester_can_not_answer_and_is_told_who_may(person, client):
    approval = asked(by=person)
    other = factories.user(username="ada")
    response = answer(client, approval, answer="approve")
    assert "another person has to answer" in said(response)[0]
    assert other.username in html(response).split("May answer:")[1][:80]
    assert Approval.objects.get().status == "open"


def may_answer(approval, person):
    page = html(signed_in(person).get(reverse("admin:opsportal_run_page", args=[approval.step.run_id])))
    return page.split("May answer:")[1][:80] if "May answer:" in page else page.split('class="ask-form"')[1][:400]


def test_who_may_answer_by_a_role_is_named_and_nobody_else(person):
    approval = asked(by=person, approvers=factories.group("release"))
    where, ada, bea = approval.step.run.environment, *(factories.user("none", username=name) for name in ("ada", "bea"))
    rights.give("approver", ada, where)
    rights.give("approver", bea, where)
    assert "Nobody else has the right" in may_answer(approval, person)
    ada.groups.add(where.approvers)
    assert "<strong>ada</strong>" in may_answer(approval, person)


def test_an_approver_reads_whose_question_it_is(person):
    approval = asked(by=person)
    run, olga = approval.step.run, factories.user(username="olga")
    run.retried_by = olga
    run.save()
    assert f"except who asked for it: {person}, olga." in may_answer(approval, factories.user())


def test_in_a_team_of_one_the_requester_types_the_environments_name(person, client):
    approval = asked(by=person, name="solo", requester_may_approve=True)
    assert "Type “solo”" in said(answer(client, approval, answer="approve", typed="sola"))[0]
    assert said(answer(client, approval, answer="approve", typed="solo")) == []
    assert Approval.objects.get().status == "approved"


def test_the_second_answer_hears_who_was_first(client):
    approval = asked(by=factories.user())
    answer(client, approval, answer="approve")
    response = answer(signed_in(factories.user()), approval, answer="reject", reason="no")
    assert "This question is closed: approved by" in said(response)[0]


def test_a_question_of_another_run_is_not_found(client):
    approval = asked()
    address = reverse("admin:opsportal_run_answer", args=[factories.run().pk, approval.pk])
    assert client.post(address, {"answer": "approve"}).status_code == 404


def several(**first):
    """Three open questions of one run by somebody else."""
    run = factories.run(status="asking", requested_by=factories.user())
    steps = [factories.step(run, key, status="asking") for key in "abc"]
    return [factories.approval(step, digest=step.key, **(first if step.key == "a" else {})) for step in steps]


def approve(client, run, *questions):
    numbers = ",".join(str(question.pk) for question in questions)
    return client.post(reverse("admin:opsportal_run_approve", args=[run.pk]), {"questions": numbers}, follow=True)


def test_several_questions_are_approved_at_once_and_recorded_one_by_one(client, person):
    asked = several()
    approve(client, asked[0].step.run, *asked)
    answered = Approval.objects.filter(status="approved", answered_by=person)
    assert sorted(answered.values_list("digest", flat=True)) == ["a", "b", "c"]
    assert {step.answer["digest"] for step in asked[0].step.run.steps.all()} == {"a", "b", "c"}


def test_only_the_questions_that_were_shown_are_approved(client):
    first, second, third = several()
    approve(client, first.step.run, first, second)
    third.refresh_from_db()
    assert third.status == "open"


def test_questions_of_another_run_are_not_approved_along(client):
    asked = several()
    approve(client, factories.run(), *asked)
    assert Approval.objects.filter(status="open").count() == 3


def test_who_may_not_answer_hears_it_once():
    asked = several()
    response = approve(signed_in(factories.user("view_environment")), asked[0].step.run, *asked)
    assert said(response) == ["You don't have the right to answer approvals."]
    assert Approval.objects.filter(status="open").count() == 3


def offered(client, approval):
    return re.search(r'name="questions" value="([\d,]*)"', html(client.get(run_page(approval))))


def run_page(approval):
    return reverse("admin:opsportal_run_page", args=[approval.step.run_id])


def test_what_holds_data_is_asked_by_itself(client):
    lost = {"id": "OrdersDb", "type": "AWS::RDS::DBInstance", "risk": "replace", "stateful": True}
    hot, *calm = several(shown={"changes": [lost]})
    assert offered(client, hot)[1] == ",".join(str(question.pk) for question in calm)


def test_a_single_question_has_one_button_only(client):
    assert offered(client, asked(by=factories.user())) is None
