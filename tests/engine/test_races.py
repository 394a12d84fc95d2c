"""Invariants 3, 5 and 10: what happens when a person acts while a step is at work."""

import threading
import time
from datetime import timedelta

import pytest
from django.db import OperationalError, connection

from opsportal import approvals, claims, clock, flow, locks, rows, runs, steps, turns, undoing
from opsportal.clock import uptime
from opsportal.contexts import Ask, Wait
from opsportal.errors import Refused, TryLater
from opsportal.models import Approval, Lock, Step
from tasks import engine, settling
from tasks.keeper import Hold
from tests import factories, runbooks

from .conftest import let_lease_expire, statuses


@pytest.fixture
def cancelled_while(monkeypatch):
    """Starts a run of one step during whose work a person cancels; then the step answers with this outcome."""

    def start(outcome, **params):
        def act(ctx, looks, rest):
            runs.cancel(ctx.run_id, factories.user())
            if isinstance(outcome, Exception):
                raise outcome
            return outcome

        monkeypatch.setitem(runbooks.DO, "race", act)
        return factories.start({"a": []}, do={"a": "race"}, **params)

    return start


@pytest.mark.parametrize("outcome", [Wait(600), Ask("Go on?", {}), TryLater("AWS throttles.", 600)])
def test_a_cancel_during_a_look_is_followed_at_once_whatever_the_look_says(cancelled_while, drive, outcome):
    run = drive(cancelled_while(outcome))
    assert (run.status, statuses(run)["a"]) == ("cancelled", "cancelled")
    assert not Approval.objects.filter(status="open").exists()


def test_who_was_overtaken_between_reading_and_claiming_has_nothing(monkeypatch):
    step, read, winner = factories.start({"a": []}).steps.get(), rows.row, []

    def slow(*arguments):
        found = read(*arguments)
        monkeypatch.setattr(rows, "row", read)
        winner.append(claims.claim(step.pk))
        let_lease_expire(step)
        return found

    monkeypatch.setattr(rows, "row", slow)
    assert (claims.claim(step.pk), winner[0].fence) == (None, 1)


def test_who_read_a_step_before_it_was_settled_claims_nothing(monkeypatch):
    """Its fence is the same, but not what it remembers."""
    held = claims.claim(factories.start({"a": []}).steps.get().pk)
    read = rows.row(Step, held.pk, "run", "environment")
    turns.take(held.run_id, lambda turn: steps.look_again(turn, held, 0, memory={"looks": 1}))
    late = read[0], clock.now()
    monkeypatch.setattr(rows, "row", lambda *args: late)
    assert claims.claim(held.pk) is None


def test_a_claimed_step_is_as_its_row(hand):
    step = claims.claim(factories.start({"a": []}).steps.get().pk)
    row = Step.objects.get(pk=step.pk)
    columns = [field.attname for field in Step._meta.concrete_fields]
    assert {name: getattr(step, name) for name in columns} == {name: getattr(row, name) for name in columns}


def test_nobody_claims_a_step_that_is_gone():
    assert claims.claim(4711) is None


def test_a_turn_that_had_to_wait_has_the_time_of_getting_the_run():
    run, got, after = factories.start({"a": []}), threading.Event(), []

    def late():
        got.wait()
        turns.take(run.pk, lambda turn: after.append(turn.now))
        connection.close()

    def slow(turn):
        got.set()
        time.sleep(0.5)  # the other one waits for the row meanwhile
        return clock.now()

    other = threading.Thread(target=late)
    other.start()
    until = turns.take(run.pk, slow)
    other.join()
    assert after[0] >= until


def test_a_step_that_was_nearly_out_of_time_still_gets_the_time_of_a_cancel(cancelled_while, monkeypatch, tmp_path):
    run = cancelled_while(Wait(0), timeout=0.001, folder=str(tmp_path))
    engine.advance(run.steps.get().pk)
    step = run.steps.get(key="a")
    monkeypatch.setattr(engine, "SLICE", 0)  # it is looked at while it waits
    engine.advance(step.pk)
    step.refresh_from_db()
    assert step.deadline_at - clock.now() > timedelta(minutes=14)


def test_a_run_cancelled_while_it_is_planned_gets_no_steps(drive, monkeypatch):
    run = factories.start({"a": []})
    monkeypatch.setattr(runbooks, "mark", lambda ctx, what: runs.cancel(ctx.run_id, factories.user()))
    assert drive(run).status == "cancelled"
    assert statuses(run) == {"plan": "cancelled"}


def test_an_undo_cancelled_while_its_answer_is_read_undoes_nothing(drive, monkeypatch):
    run = drive(factories.start({"a": []}, do={"a": "change"}))
    undoing.undo(run.pk, run.requested_by)
    drive(run)
    approvals.answer(Approval.objects.get().pk, run.requested_by, True)
    monkeypatch.setattr(engine, "got_locks", lambda step: not runs.cancel(step.run_id, run.requested_by))
    drive(run)
    assert statuses(run) == {"plan": "succeeded", "a": "succeeded", "undo": "cancelled"}


def test_waking_leaves_alone_what_a_worker_claimed_in_the_meantime(hand):
    run = factories.start({"a": []})
    held = claims.claim(run.steps.get().pk)
    hand.sent.clear()
    turns.take(run.pk, lambda turn: flow.wake(turn, [held.pk]))
    assert (statuses(run)["plan"], hand.sent) == ("running", [])


def test_an_answer_to_a_step_that_does_not_ask_is_refused_and_changes_nothing(drive):
    run = drive(factories.start({"a": []}, do={"a": "ask"}))
    Step.objects.filter(key="a").update(status="failed")
    with pytest.raises(Refused, match="does not wait for this answer"):
        approvals.answer(Approval.objects.get().pk, factories.user(), True)
    assert (statuses(run)["a"], Approval.objects.get().status) == ("failed", "open")


def test_cancelling_an_undo_twice_is_the_same_as_once(drive):
    run = drive(factories.start({"a": []}, do={"a": "change"}))
    undoing.undo(run.pk, run.requested_by)
    drive(run)
    for _ in range(2):
        runs.cancel(run.pk, run.requested_by)
    assert run.lines.filter(text__startswith="Cancelled by").count() == 1
    assert drive(run).status == "succeeded"


def test_a_waiter_that_was_cancelled_waits_like_anybody_else_when_tried_again(drive):
    where = factories.environment()
    drive(factories.start({"a": []}, locks={"a": ["x"]}, do={"a": "wait:1,600"}, environment=where))
    run = drive(factories.start({"b": []}, locks={"b": ["x"]}, environment=where))
    runs.cancel(run.pk, run.requested_by)
    runs.retry(run.pk, run.requested_by)
    assert run.steps.get(key="b").queued_at is None


def test_a_transaction_that_deadlocked_is_done_again_from_the_same_state(drive):
    run = drive(factories.start({"a": []}, do={"a": "wait:1,600"}, locks={"a": ["x"]}, timeout=100))
    Step.objects.filter(key="a").update(wake_at=clock.now())
    held, tries = claims.claim(run.steps.get(key="a").pk), []

    def queue(turn):
        steps.queue(turn, held)
        tries.append(held.deadline_at)
        if len(tries) == 1:
            raise OperationalError("database is locked")

    turns.take(run.pk, queue)
    held.refresh_from_db()
    assert (len(tries), held.deadline_at, held.budget < 100) == (2, None, True)


def test_a_cancel_waits_for_a_call_that_a_stopped_worker_had_under_way(drive):
    run = factories.start({"a": []}, do={"a": "change"})
    engine.advance(run.steps.get().pk)
    step = claims.claim(run.steps.get(key="a").pk)
    now = uptime()
    settling.give_back(Hold(step, False, now + 25, now + 60, calling=True))
    runs.cancel(run.pk, run.requested_by)
    step.refresh_from_db()
    assert (step.status, step.wake_at - clock.now() > timedelta(seconds=20)) == ("due", True)


def test_a_step_cancelled_before_it_gets_its_locks_takes_none(drive, monkeypatch):
    run = factories.start({"a": []}, locks={"a": ["x"]}, do={"a": "change"})
    engine.advance(run.steps.get().pk)
    monkeypatch.setattr(locks, "held", lambda step: runs.cancel(step.run_id, run.requested_by))
    assert drive(run).status == "cancelled"
    assert not run.steps.get(key="a").acted
    assert not Lock.objects.get(resource="x").version
