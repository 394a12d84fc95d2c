"""What a runbook's own code may do wrong without its step hanging: it fails with a sentence, or is put right."""

import time

import pytest
from django.db import Error, connection

from opsportal import claims, clock
from opsportal.clock import uptime
from opsportal.contexts import Ask, Done, Wait
from opsportal.errors import Lost
from opsportal.models import Event, Run
from tasks import engine, keeper, worker
from tests import factories, runbooks

from .conftest import statuses


@pytest.fixture
def answering(monkeypatch):
    """A run of one step that does this."""

    def start(act):
        monkeypatch.setitem(runbooks.DO, "act", lambda ctx, looks, rest: act(ctx))
        return factories.start({"a": []}, do={"a": "act"})

    return start


@pytest.mark.parametrize(
    "outcome", [Done({"x": object()}), Done({"x": float("nan")}), Ask("?", {"x": {1}}), Wait(float("inf"))]
)
def test_an_answer_that_can_not_be_kept_fails_the_step_with_a_sentence(answering, drive, outcome):
    run = drive(answering(lambda ctx: outcome))
    assert run.status == "failed"
    assert "opsportal's own code failed here" in run.reason


def test_a_function_that_forgets_to_answer_fails_the_step_with_a_sentence(answering, drive):
    run = drive(answering(lambda ctx: None))
    assert run.status == "failed"
    assert "it answered None, not Done, Wait or Ask" in run.reason


def test_memory_that_is_no_json_fails_the_step_and_leaves_what_was_remembered(answering, drive):
    run = drive(answering(lambda ctx: ctx.memory.setdefault("seen", []).append({1}) or Wait(0)))
    assert "not JSON serializable" in run.reason
    assert run.steps.get(key="a").memory == {}


def test_what_json_has_no_word_for_is_told_as_text(answering, drive):
    at = clock.now()
    run = drive(answering(lambda ctx: ctx.say("a\0b\ud800", at=at, n=float("nan"), s={1}) or Done()))
    event = Event.objects.get(run=run, step_key="a", data__s="{1}")
    assert (run.status, event.text, event.data["at"]) == ("succeeded", "a�b?", str(at))


def test_the_keeper_renews_the_lease_whatever_becomes_of_the_lines(transactional_db, monkeypatch):
    run = factories.start({"a": []})
    now = uptime()
    hold = keeper.Hold(claims.claim(run.steps.get().pk), False, now + 2, now + 60, renewed=now - 20, flushed=now - 20)
    monkeypatch.setattr(hold, "flush", lambda: 1 / 0)
    keeper._look_after(hold)
    assert hold.lease_end > now + 20
    hold.check()


def test_a_worker_whose_connection_broke_connects_afresh_for_the_next_task(transactional_db):
    step = factories.start({"a": []}).steps.get()
    connection.connection.close()
    with pytest.raises(Error):
        worker.advance(step.pk)
    worker.advance(step.pk)
    assert statuses(step.run)["plan"] == "succeeded"


def test_a_run_deleted_while_its_step_is_at_work_is_let_go(answering, drive):
    run = answering(lambda ctx: Run.objects.filter(pk=ctx.run_id).delete() and Done())
    engine.advance(run.steps.get().pk)
    engine.advance(run.steps.get(key="a").pk)
    assert not Event.objects.exists()


def test_a_step_sees_its_parameters_as_their_types(drive):
    run = drive(factories.typed("2026-11-21"))
    assert run.steps.get().output == {"weekday": 6}


def test_parameters_that_the_runbook_does_not_take_any_more_fail_the_step_with_a_sentence(drive):
    run = factories.typed("2026-11-21")
    Run.objects.filter(pk=run.pk).update(params={"windows": [{"day": "some day"}]})
    run = drive(run)
    assert run.status == "failed"
    assert run.reason == (
        "only: test.typed does not take this run's parameters any more: windows.0.day. Start a new run."
    )


def test_sigterm_while_the_locks_are_taken_is_no_take_over(drive, monkeypatch):
    run = factories.start({"a": []}, locks={"a": ["x"]})
    engine.advance(run.steps.get().pk)
    step = run.steps.get(key="a")

    def terminated(step):
        raise SystemExit

    monkeypatch.setattr(engine, "got_locks", terminated)
    with pytest.raises(SystemExit):
        engine.advance(step.pk)
    step.refresh_from_db()
    assert (step.status, step.lease_until <= clock.now()) == ("due", True)
    monkeypatch.undo()
    assert claims.claim(step.pk).takeovers == 0


def test_a_lease_ends_while_the_machine_is_suspended(transactional_db, monkeypatch):
    run = factories.start({"a": []})
    now = uptime()
    hold = keeper.Hold(claims.claim(run.steps.get().pk), False, now + 30, now + 60)
    asleep = time.clock_gettime(time.CLOCK_BOOTTIME) + 31
    monkeypatch.setattr(time, "clock_gettime", lambda clock: asleep if clock == time.CLOCK_BOOTTIME else now)
    with pytest.raises(Lost):
        hold.check()
