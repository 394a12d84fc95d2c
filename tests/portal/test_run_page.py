"""The page of a run: what it says, and what it costs."""

import json
import re

import pytest
from django.urls import reverse

from opsportal.models import Event
from tests import factories
from tests.portal.conftest import html, signed_in


def page(client, run):
    return client.get(reverse("admin:opsportal_run_page", args=[run.pk]))


def facts(response):
    return json.loads(re.search(r'<script id="facts"[^>]*>(.*?)</script>', html(response), re.DOTALL)[1])


def test_it_shows_each_step_in_dependency_order(client):
    run = factories.run()
    factories.step(run, "service", needs=["cluster"])
    factories.step(run, "cluster", status="succeeded")
    assert [step["key"] for step in facts(page(client, run))["steps"]] == ["cluster", "service"]


def test_a_cycle_in_the_needs_does_not_hang_it(client):
    run = factories.run()
    factories.step(run, "a", needs=["b"])
    factories.step(run, "b", needs=["a"])
    assert len(facts(page(client, run))["steps"]) == 2


def test_a_step_between_two_looks_at_aws_is_under_way(client):
    run = factories.run()
    factories.step(run, "a", status="due", started_at=run.created_at)
    assert facts(page(client, run))["steps"][0]["status"] == "running"


def test_it_names_the_first_cause_of_a_failure_and_what_to_do(client):
    run = factories.run(status="failed", ended_at=factories.clock.now())
    factories.step(run, "worker", status="failed", cause="kms:Decrypt denied", reason="Rolled back.")
    factories.step(run, "api", status="skipped", needs=["worker"])
    text = html(page(client, run))
    assert "worker failed. kms:Decrypt denied" in text
    assert "api didn’t run." in text
    assert "then retry from worker" in text


def test_it_shows_only_the_newest_lines_of_a_long_run(client):
    run = factories.run()
    rows = [Event(run=run, number=n, at=run.created_at, text=f"line {n}.") for n in range(1, 1001)]
    Event.objects.bulk_create(rows)
    text = html(page(client, run))
    assert "line 1000." in text
    assert "line 801." in text
    assert "line 800." not in text


@pytest.mark.parametrize("size", [1, 60])
def test_it_takes_a_constant_number_of_queries(client, size, django_assert_max_num_queries):
    run = factories.run(requested_by=factories.user())
    for n in range(size):
        factories.step(run, f"s{n}", status="succeeded", output={"outputs": {"Arn": "x"}})
        factories.line(run, "done", step_key=f"s{n}")
    factories.approval(factories.step(run, "asking", status="asking"))
    with django_assert_max_num_queries(15):
        page(client, run)


def test_secrets_in_the_parameters_are_hidden(client):
    run = factories.run(params={"db_password": "hunter22", "image": "shop:1"})
    text = html(page(client, run))
    assert "hunter22" not in text
    assert "shop:1" in text


def test_markup_in_a_line_is_text(client):
    run = factories.run()
    factories.line(run, "<script>alert(1)</script>")
    assert "<script>alert(1)" not in html(page(client, run))


def test_changes_are_listed_by_risk_from_what_a_step_said(client):
    run = factories.run()
    factories.step(run, "database", status="running")
    risky = {
        "id": "OrdersDb",
        "type": "AWS::RDS::DBInstance",
        "risk": "replace",
        "stateful": True,
        "policy": "Snapshot",
    }
    calm = {"id": "Tags", "type": "AWS::EC2::VPC", "risk": "modify", "stateful": False}
    factories.line(run, "1 to replace", step_key="database", data={"kind": "changes", "changes": [calm, risky]})
    text = html(page(client, run))
    assert text.index("OrdersDb") < text.index("AWS::EC2::VPC")
    assert "The new one starts empty." in text
    assert "A snapshot of the old one is kept." in text


def test_it_has_no_inline_style_that_a_strict_policy_would_refuse(client):
    run = factories.run(usual_seconds=60)
    factories.step(run, "a", status="running", started_at=run.created_at)
    ours = html(page(client, run)).split('class="ops page"')[1].split("</dialog>")[0]
    assert " style=" not in ours
    assert " onclick=" not in ours


def test_an_unknown_run_is_not_found(client):
    assert client.get("/admin/opsportal/run/999999/").status_code == 404


def test_a_number_no_database_can_hold_is_not_found(client):
    assert client.get(f"/admin/opsportal/run/{10**30}/").status_code == 404


def test_a_person_without_the_right_is_told_so():
    run = factories.run()
    response = page(signed_in(factories.user("view_calendar")), run)
    assert response.status_code == 403
    assert "You don’t have the right to see this." in html(response)


def test_somebody_who_is_not_signed_in_is_sent_to_sign_in(django_db_blocker):
    from django.test import Client

    run = factories.run()
    assert page(Client(), run).status_code == 302


def test_a_run_of_a_runbook_that_is_gone_is_still_shown(client):
    run = factories.run(runbook="old.one", status="failed", ended_at=factories.clock.now())
    assert "old.one in" in html(page(client, run))


def test_the_parts_say_what_the_page_says(client):
    run = factories.run(status="succeeded", ended_at=factories.clock.now())
    factories.step(run, "a", status="succeeded", output={"outputs": {"Address": "https://a.example"}})
    data = client.get(reverse("admin:opsportal_run_parts", args=[run.pk])).json()
    assert "1 step is done." in data["html"]["notices"]
    assert "https://a.example" in data["html"]["outputs"]
    assert data["facts"]["run"]["status"] == "succeeded"


def test_all_open_questions_are_there_and_the_last_answer(client):
    run = factories.run(status="asking", requested_by=factories.user())
    for key in ("vpc", "logs"):
        factories.approval(factories.step(run, key, status="asking"), question=f"Change {key}?")
    answered = factories.step(run, "role", status="running")
    factories.approval(answered, status="approved", answered_by=factories.user(), answered_at=factories.clock.now())
    text = html(page(client, run))
    assert text.index("vpc asks: Change vpc?") < text.index("logs asks: Change logs?")
    assert "role: Approved by" in text


def test_an_undo_waits_for_what_needed_the_step(client):
    run = factories.run(status="undoing")
    factories.step(run, "network", phase="undo", undo_needs=["undo", "service"])
    factories.step(run, "service", phase="undo", needs=["network"], undo_needs=["undo"])
    shown = {step["key"]: step["needs"] for step in facts(page(client, run))["steps"]}
    assert shown == {"network": ["undo", "service"], "service": ["undo"]}


def test_what_did_not_succeed_put_nothing_out(client):
    run = factories.run(status="cancelled", ended_at=factories.clock.now())
    factories.step(run, "logs", status="cancelled", output={"stack": "prod-logs"})
    assert "prod-logs" not in html(page(client, run))


def test_a_plan_shows_its_changes_before_its_events_and_counts_them(client):
    run = factories.run(runbook="stacks.plan", status="succeeded", ended_at=factories.clock.now())
    change = {"id": "A", "type": "AWS::Logs::LogGroup", "risk": "add"}
    for key in "ab":
        factories.step(run, key, status="succeeded", output={"changes": [change, change]})
    text = html(page(client, run))
    assert text.index("chg-h") < text.index("ev-h")
    assert "4 add" in text


def test_answers_of_a_cancel_are_no_news(client):
    run = factories.run(status="cancelling")
    step = factories.step(run, "a", status="cancelled")
    factories.approval(step, status="withdrawn", answered_at=factories.clock.now())
    assert "Withdrawn" not in html(page(client, run))
