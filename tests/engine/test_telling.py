"""What an environment's recipients are told of its runs: that one asks, and that one failed; nothing else."""

import json

import pytest

from opsportal import approvals, holds, nudges, runs, undoing
from opsportal.models import Notice, SlackMessage
from opsportal.telling import outbox, webhooks
from tests import factories


@pytest.fixture
def where(monkeypatch, transactional_db, settings):
    monkeypatch.setattr(nudges, "deliver", lambda ids: None)
    settings.WEBHOOK_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    return factories.environment(name="dev", tell="ops@example.com\nhttps://hooks.example.com/ops")


def told():
    return list(Notice.objects.order_by("to"))


def test_a_question_is_told_to_each_recipient_once(where, drive):
    run = drive(factories.start({"a": []}, do={"a": "ask"}, environment=where))
    hook, mail = told()
    assert (hook.to, mail.to) == ("https://hooks.example.com/ops", "ops@example.com")
    assert mail.subject == "[opsportal] dev: A graph for tests asks: Go on?"
    assert f"/admin/opsportal/run/{run.pk}/" in mail.text
    assert "Open until 20" in mail.text
    body = json.loads(webhooks.body(hook))
    assert (body["type"], body["data"]["question"], body["data"]["run"]) == ("run.asked", "Go on?", run.pk)


def test_a_failure_is_told_with_its_first_cause(where, drive):
    run = drive(factories.start({"a": []}, do={"a": "fail"}, environment=where))
    hook, mail = told()
    assert mail.subject == "[opsportal] dev: A graph for tests failed"
    assert run.reason in mail.text
    body = json.loads(webhooks.body(hook))
    assert (body["type"], body["data"]["reason"], body["data"]["status"]) == ("run.failed", run.reason, "failed")


def test_each_failure_of_a_run_is_told(where, drive):
    run = drive(factories.start({"a": []}, do={"a": "fail"}, environment=where))
    runs.retry(run.pk, factories.user())
    drive(run)
    assert len(told()) == 4


def test_broken_glass_is_told_to_each_recipient_once(where):
    run, olga = factories.start({"a": []}, environment=where), factories.user(username="olga")
    for _ in range(2):
        holds.break_glass(run.pk, olga, "the certificate expires tonight")
    hook, mail = told()
    assert mail.subject == "[opsportal] dev: A graph for tests changes things during a freeze"
    assert "olga broke the glass: the certificate expires tonight" in mail.text
    body = json.loads(webhooks.body(hook))
    known = body["data"]
    assert (body["type"], known["by"], known["reason"], known["run"]) == (
        *("run.glass", "olga", "the certificate expires tonight"),
        run.pk,
    )


def test_what_happens_to_a_run_of_before_there_was_a_channel_is_in_no_thread(where, drive):
    run = factories.start({"a": []}, do={"a": "ask"}, environment=where)
    type(where).objects.update(slack_channel="#ops")
    holds.break_glass(run.pk, factories.user(), "now")
    assert drive(run).status == "asking"
    assert not SlackMessage.objects.exists()


def test_a_success_and_a_cancel_are_told_to_nobody(where, drive):
    drive(factories.start({"a": []}, environment=where))
    run = factories.start({"a": []}, environment=where)
    runs.cancel(run.pk, factories.user())
    drive(run)
    assert told() == []


def test_a_second_vote_tells_nobody_again(where, drive):
    type(where).objects.update(approvals_needed=2)
    where.refresh_from_db()
    run = drive(factories.start({"a": []}, do={"a": "ask"}, environment=where))
    approvals.answer(run.steps.get(key="a").approvals.get().pk, factories.user(), True)
    drive(run)
    assert len(told()) == 2


def test_who_administers_the_environment_may_send_it_again(where, drive):
    drive(factories.start({"a": []}, do={"a": "fail"}, environment=where))
    Notice.objects.update(status="failed", due_at=None)
    admin = factories.user("change_environment", "view_environment")
    assert outbox.may_send(admin, told()[0])
    assert not outbox.may_send(factories.user(), told()[0])
    assert outbox.again([each.pk for each in told()], admin) == 2


def test_a_question_has_its_row_in_slack_with_the_turn_that_asks(where, drive):
    type(where).objects.update(slack_channel="C0123456")
    where.refresh_from_db()
    run = drive(factories.start({"a": []}, do={"a": "ask"}, environment=where))
    assert set(SlackMessage.objects.filter(run=run).values_list("about", flat=True)) == {
        "run",
        f"question:{run.steps.get(key='a').approvals.get().pk}",
    }


def test_an_undo_that_was_rejected_is_no_failure_again(where, drive):
    run = drive(factories.start({"a": [], "b": ["a"]}, do={"a": "change", "b": "fail"}, environment=where))
    undoing.undo(run.pk, factories.user())
    drive(run)
    gate = run.steps.get(gate=True).approvals.get()
    approvals.answer(gate.pk, factories.user(), False, "No.")
    drive(run)
    abouts = list(Notice.objects.filter(run=run).values_list("about", flat=True))
    assert sum(each.startswith("end:") for each in abouts) == 2  # one failure, two recipients


def test_a_message_is_looked_at_again_after_a_retry_and_an_undo(where, drive):
    type(where).objects.update(slack_channel="C0123456")
    where.refresh_from_db()
    run = drive(factories.start({"a": []}, do={"a": "fail"}, environment=where))
    SlackMessage.objects.update(due_at=None)
    runs.retry(run.pk, factories.user())
    assert SlackMessage.objects.get(run=run).due_at is not None


def test_a_run_is_neither_slowed_nor_failed_while_slack_is_away(where, drive, settings):
    settings.SLACK_BOT_TOKEN, settings.SLACK_API_URL = "xoxb-nobody", "http://127.0.0.1:1/api/"
    type(where).objects.update(slack_channel="C0123456")
    where.refresh_from_db()
    run = drive(factories.start({"a": [], "b": ["a"]}, environment=where))
    waiting = SlackMessage.objects.get(run=run)
    assert (run.status, waiting.ts, waiting.tries) == ("succeeded", "", 0)
