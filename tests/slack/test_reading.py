"""Rows as messages see them."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from opsportal.models import Run
from opsportal.slack import limits, reading, run_words, thread_words
from opsportal.slack.seen import StepSeen
from tests import factories

from .seeing import NOW

pytestmark = pytest.mark.django_db


def read(run, **more):
    return reading.run(Run.objects.select_related(*reading.BESIDE).get(pk=run.pk), **more)


def test_a_run_at_work_tells_what_is_under_way():
    run = factories.run(usual_seconds=90.0, requested_by=factories.user(username="minji"))
    factories.step(run, "network", status="succeeded")
    factories.step(run, "web", status="running", needs=["network"], note="CREATE_IN_PROGRESS, 3 of 5")
    found = read(run)
    assert (found.id, found.environment, found.status, found.by) == (run.pk, run.environment.name, "running", "minji")
    assert found.steps == (StepSeen("network", "succeeded"), StepSeen("web", "running", "CREATE_IN_PROGRESS, 3 of 5"))
    assert found.line == "web: CREATE_IN_PROGRESS, 3 of 5"
    assert found.buttons == ("open", "cancel")
    assert found.url.endswith(f"/admin/opsportal/run/{run.pk}/")


def test_where_no_step_tells_anything_the_last_line_is_told():
    run = factories.run()
    factories.line(run, "Started.")
    factories.line(run, "Linted.", step_key="plan")
    assert read(run).line == "plan: Linted."


def test_a_failure_has_its_first_cause_once():
    run = factories.run(status="failed", reason="web: AccessDenied", ended_at=NOW)
    factories.step(run, "web", status="failed", reason="It failed.", cause="AccessDenied")
    factories.step(run, "dns", status="skipped")
    found = read(run)
    assert found.cause == "web: AccessDenied"
    assert found.reason == "dns didn’t run. Remove the cause, then retry from web."
    text = str(run_words.message(found, NOW))
    assert text.count("AccessDenied") == 2  # the line, and the sentence for notifications


def test_the_first_question_is_shown_and_how_many_more_there_are():
    run = factories.run(status="asking")
    first, second = (factories.step(run, key, status="asking") for key in ("web", "db"))
    asked = factories.approval(first, question="Apply?", shown={"change_set": "web-1", "password": "hunter22"})
    factories.approval(second, question="And this?")
    found = read(run)
    assert (found.question.approval, found.question.question, found.others) == (asked.pk, "Apply?", 1)
    assert found.question.digest == asked.digest
    assert "hunter22" not in str(found)
    assert {"approve", "reject"} <= set(found.buttons)


def test_a_vote_of_several_is_counted():
    where = factories.environment(approvals_needed=2)
    step = factories.step(factories.run(status="asking", environment=where), "web", status="asking")
    asked = factories.approval(step, needed=2)
    person = factories.user()
    asked.votes.create(by=person, approve=True, digest=asked.digest, at=NOW)
    assert (reading.question(asked).votes, reading.question(asked).needed) == (1, 2)


def test_a_policys_run_names_the_policy():
    run = factories.run()
    policy = factories.policy([run.environment], name="nightly-costs")
    run.firing = factories.firing(policy, run)
    run.save()
    assert read(run).by == "policy nightly-costs"


def test_outputs_are_read_when_asked_for_with_secrets_hidden():
    run = factories.run(status="succeeded", ended_at=NOW)
    factories.step(run, "web", status="succeeded", output={"outputs": {"Url": "https://x", "DbPassword": "hunter22"}})
    assert read(run).outputs == ()
    names = dict(read(run, outputs=True).outputs)
    assert names["web.Url"] == "https://x"
    assert "hunter22" not in names.values()


def test_however_many_steps_the_queries_are_the_same():
    def queries(run):
        with CaptureQueriesContext(
            connection,
        ) as known:
            read(run)
        return len(known)

    small, large = factories.run(), factories.run()
    factories.step(small, "s", status="running")
    for n in range(40):
        factories.step(large, f"s{n}", status="running")
    assert queries(small) == queries(large) <= 4


def test_the_log_is_its_end_with_how_much_comes_before():
    run = factories.run(status="failed", ended_at=NOW)
    for n in range(1, 101):
        factories.line(run, f"line {n}", step_key="web" if n % 2 else "")
    lines, before = reading.log(run)
    assert (len(lines), before) == (reading.LOG, 40)
    assert lines[-1].endswith("line 100")
    assert lines[0].endswith("web: line 41")
    found = thread_words.messages(read(run), lines, before)
    assert all(not limits.of_message(each.text, each.blocks) for each in found)
