"""What a message is good for: a worker goes on in its run, calls others where a step is slow, and hands on the rest."""

import threading
import time

import pytest
from django.db import OperationalError
from django.db.models import F

from opsportal import claims, clock, nudges, rows, runs, turns
from opsportal.contexts import Done, Wait
from opsportal.models import Run, Step
from opsportal.nudges import GRACE, UNTOLD
from tasks import engine, keeper, settling
from tests import factories, runbooks
from tests.live.conftest import until

from .conftest import statuses

FAN = {f"s{n:02}": [] for n in range(12)}
DAY = 86400


@pytest.fixture(autouse=True)
def unhurried(monkeypatch):
    """However slow the machine is: a slice lasts, and no step is slow."""
    monkeypatch.setattr(engine, "SLICE", DAY)
    monkeypatch.setattr(keeper, "SLOW", DAY)


@pytest.fixture
def planned(hand):
    """Starts a run whose steps are due, with only their own nudges sent."""

    def start(graph=FAN, **params):
        run = factories.start(graph, **params)
        hand.sent.clear()
        engine.advance(run.steps.get().pk)
        return run

    return start


def deliver(hand, run: Run) -> int:
    """Advance what was nudged and nothing else; how many messages it took."""
    taken = 0
    while hand.sent:
        engine.advance(hand.sent.pop(0))
        taken += 1
    run.refresh_from_db()
    return taken


def following(run: Run, after: Step) -> Step | None:
    return turns.take(run.pk, lambda turn: claims.claim_next(turn, after))


@pytest.mark.parametrize("do", ["", "say:3", "fail", "denied", "bug", "nothing"])
def test_one_message_does_all_that_a_run_has_due_whatever_comes_of_its_steps(hand, planned, monkeypatch, do):
    monkeypatch.setitem(runbooks.DO, "nothing", lambda ctx, looks, rest: None)
    run = planned({**FAN, "join": list(FAN)}, do=dict.fromkeys(FAN, do))
    assert hand.sent == [run.steps.get(key="s00").pk]
    assert deliver(hand, run) == 1
    assert not run.is_open


def test_a_worker_that_has_to_wait_at_one_step_goes_on_with_the_others(hand, planned):
    run = planned(do={"s00": "wait:1,600", "s01": "later:1", "s02": "ask"}, locks={"s03": ["x"]})
    assert claims.claim(run.steps.get(key="s04").pk)  # whose worker then dies
    assert deliver(hand, run) >= 1
    open_ = {key: status for key, status in statuses(run).items() if status != "succeeded"}
    assert open_ == {"s00": "due", "s02": "asking", "s04": "running"} | ({"s01": "due"} if "s01" in open_ else {})


def test_who_waits_for_locks_keeps_nobody_behind_it_from_its_place_in_the_queue(hand, planned):
    where = factories.environment()
    other = planned({"a": []}, environment=where, locks={"a": ["x"]}, do={"a": "ask"})
    holder = claims.claim(other.steps.get(key="a").pk)
    assert engine.got_locks(holder)
    run = planned(environment=where, locks={key: ["x"] for key in FAN})
    assert (deliver(hand, run), set(statuses(run).values())) == (1, {"queued", "succeeded"})  # the plan succeeded


def test_when_the_slice_is_over_each_message_does_one_step_and_sends_the_next(hand, planned, monkeypatch):
    monkeypatch.setattr(engine, "SLICE", 0)
    run = planned({**FAN, "join": list(FAN)})
    assert (deliver(hand, run), run.status) == (len(FAN) + 1, "succeeded")


def test_while_a_step_is_slow_others_are_called_for_the_rest(hand, planned, monkeypatch):
    monkeypatch.setattr(keeper, "SLOW", 0.02)
    called = []

    def slow(ctx, looks, rest):
        until(lambda: len(hand.sent) >= keeper.HELPERS)
        called.extend(hand.sent)
        monkeypatch.setattr(keeper, "SLOW", DAY)
        return runbooks.DO[""](ctx, looks, rest)

    monkeypatch.setitem(runbooks.DO, "slow", slow)
    run = planned(do={"s00": "slow"})
    first = hand.sent.pop()
    engine.advance(first)
    assert len(set(called)) == len(called) == keeper.HELPERS
    assert set(called) < set(run.steps.exclude(key="plan").exclude(pk=first).values_list("pk", flat=True))
    assert Run.objects.get(pk=run.pk).status == "succeeded"


def test_after_slow_steps_others_are_called_and_nobody_twice(hand, planned, monkeypatch):
    monkeypatch.setattr(keeper, "_look_after", lambda hold: None)
    monkeypatch.setattr(keeper, "SLOW", 0)
    monkeypatch.setattr(engine, "SLICE", 0)
    run = planned()
    first = hand.sent.pop()
    engine.advance(first)
    assert len(hand.sent) == keeper.HELPERS
    rest = list(hand.sent)
    for pk in rest:
        engine.advance(pk)
    assert sorted([first, *hand.sent]) == list(
        run.steps.exclude(key="plan").order_by("pk").values_list("pk", flat=True)
    )


def test_what_has_no_message_is_nudged_by_the_pump_first(planned):
    run = planned()
    gaps = [step.nudge_at - step.wake_at for step in run.steps.exclude(key="plan").order_by("pk")]
    assert gaps == [GRACE] + [UNTOLD] * (len(FAN) - 1)


def test_a_worker_takes_nothing_of_another_queue_or_run_or_time(planned):
    run, other = planned({"a": [], "b": [], "c": []}), planned({"a": []})
    held = claims.claim(run.steps.get(key="a").pk)
    run.steps.filter(key="b").update(queue="long")
    run.steps.filter(key="c").update(wake_at=clock.now() + GRACE)
    assert following(run, held) is None
    assert statuses(other)["a"] == "due"


def test_what_is_due_later_hides_nothing_behind_it(planned):
    run = planned({"a": [], "b": [], "c": []})
    held = claims.claim(run.steps.get(key="a").pk)
    soon = run.steps.get(key="c").nudge_at - UNTOLD
    run.steps.filter(key="b").update(wake_at=clock.now() + GRACE, nudge_at=soon)
    assert following(run, held).key == "c"


def test_those_nobody_was_told_of_come_first(planned):
    run = planned({"a": [], "b": [], "c": []})
    held = claims.claim(run.steps.get(key="c").pk)
    assert following(run, held).key == "b"
    assert following(run, held).key == "a"


def test_a_step_that_waits_for_nothing_keeps_no_worker_from_other_runs(hand, planned, monkeypatch):
    monkeypatch.setattr(engine, "SLICE", 0.05)
    monkeypatch.setitem(runbooks.DO, "again", lambda ctx, looks, rest: Wait(0))
    run = planned({"a": []}, do={"a": "again"})
    engine.advance(hand.sent.pop())
    assert hand.sent[-1:] == [run.steps.get(key="a").pk]


def test_after_a_step_that_is_settled_without_a_look_comes_the_next(hand, planned):
    run = planned({"a": [], "b": [], "c": []})
    run.steps.filter(key="a").update(takeovers=settling.POISON)
    assert (deliver(hand, run), statuses(run)) == (
        1,
        {"plan": "succeeded", "a": "failed", "b": "succeeded", "c": "succeeded"},
    )


def test_long_work_is_nudged_step_by_step_since_each_wants_a_worker(hand, planned, monkeypatch):
    for place in ("flow", "claims"):
        monkeypatch.setattr(f"opsportal.{place}.QUICK", "some other")
    run = planned()
    assert len(hand.sent) == run.steps.filter(status="due").count() == len(FAN)
    assert deliver(hand, run) == len(FAN)


def test_what_is_claimed_after_another_step_is_as_its_row(planned):
    run = planned({"a": [], "b": []})
    held = claims.claim(run.steps.get(key="a").pk)
    turns.take(run.pk, lambda turn: turn.set(reason="since"))
    step = following(run, held)
    row = Step.objects.get(key="b", run=run)
    columns = [field.attname for field in Step._meta.concrete_fields]
    assert {name: getattr(step, name) for name in columns} == {name: getattr(row, name) for name in columns}
    assert (row.status, row.lease_until, row.fence) == ("running", step.claimed_at + claims.lease(), 1)
    assert (step.run.pk, step.run.reason) == (run.pk, "since")
    assert step.run.environment is held.run.environment


def test_who_is_overtaken_between_reading_and_claiming_the_next_has_none(planned, monkeypatch):
    run, first = planned({"a": [], "b": []}), rows.first
    held = claims.claim(run.steps.get(key="a").pk)

    def overtaken(*args):
        step = first(*args)
        Step.objects.filter(pk=step.pk).update(fence=F("fence") + 1, status="running")
        return step

    monkeypatch.setattr(rows, "first", overtaken)
    assert following(run, held) is None
    assert run.steps.get(key="b").fence == 1


def test_what_a_cancel_by_a_step_leaves_due_is_not_begun(hand, planned, monkeypatch):
    def cancel(ctx, looks, rest):
        runs.cancel(ctx.run_id, factories.user())
        return Done()

    monkeypatch.setitem(runbooks.DO, "cancel", cancel)
    run = planned(do={"s00": "cancel"})
    deliver(hand, run)
    assert run.status == "cancelled"
    assert not run.steps.exclude(key="plan").exclude(key="s00").filter(started_at__isnull=False).exists()


def test_a_step_claimed_within_a_slice_has_the_lease_of_its_own_claim(hand, planned, monkeypatch):
    """The worker's end of a lease is never later than the database's, however long an answer or a commit takes."""
    ends, row, held = [], rows.row, rows.held

    def slowly(read):
        return lambda *args: (read(*args), time.sleep(0.1))[0]

    def look(ctx, looks, rest):
        hold = keeper.current()
        ends.append(hold.lease_end - clock.uptime() - (hold.step.lease_until - clock.now()).total_seconds())
        return runbooks.DO[""](ctx, looks, rest)

    monkeypatch.setitem(runbooks.DO, "look", look)
    run = planned({"a": [], "b": []}, do={"a": "look", "b": "look"})
    monkeypatch.setattr(rows, "row", slowly(row))
    monkeypatch.setattr(rows, "held", slowly(held))
    deliver(hand, run)
    assert len(ends) == 2
    assert max(ends) < 0.05


def test_sigterm_between_two_steps_of_a_slice_is_no_take_over(hand, planned, monkeypatch):
    run, tell = planned({"a": [], "b": [], "c": []}), turns.Turn.tell

    def terminated(turn):
        tell(turn)
        raise SystemExit

    monkeypatch.setattr(turns.Turn, "tell", terminated)
    with pytest.raises(SystemExit):
        engine.advance(hand.sent.pop())
    monkeypatch.setattr(turns.Turn, "tell", tell)
    step = run.steps.get(key="b")
    assert (step.status, step.takeovers, step.lease_until <= clock.now()) == ("due", 0, True)
    assert (deliver(hand, run), run.status) == (1, "succeeded")


def test_sigterm_while_a_step_is_settled_gives_back_that_one(hand, planned, monkeypatch):
    run, nudged = planned({"a": [], "b": [], "c": []}), claims.taken

    def terminated(step):
        if nudged(step) and step.key == "b":
            raise SystemExit
        return True

    monkeypatch.setattr(claims, "taken", terminated)
    with pytest.raises(SystemExit):
        engine.advance(hand.sent.pop())
    monkeypatch.setattr(claims, "taken", nudged)
    assert list(run.steps.exclude(key="plan").values_list("status", "takeovers")) == [("due", 0)] * 3
    assert (deliver(hand, run), run.status) == (1, "succeeded")


def test_a_settling_that_deadlocked_still_calls_others(hand, planned, monkeypatch):
    monkeypatch.setattr(keeper, "_look_after", lambda hold: None)
    monkeypatch.setattr(engine, "SLICE", 0)
    planned()
    monkeypatch.setattr(keeper, "SLOW", 0)
    close, tries = turns.Turn.close, []

    def deadlocked(turn):
        close(turn)
        tries.append(turn)
        if len(tries) == 1:
            raise OperationalError("1213")

    monkeypatch.setattr(turns.Turn, "close", deadlocked)
    engine.advance(hand.sent.pop())
    assert len(hand.sent) == keeper.HELPERS


def test_a_broker_that_hangs_keeps_no_lease_from_being_renewed(planned, monkeypatch):
    run, hangs, sent = planned(), threading.Event(), []
    now = clock.uptime()
    hold = keeper.Hold(claims.claim(run.steps.get(key="s00").pk), False, now + 30, now + 60)
    monkeypatch.setattr(keeper, "SLOW", 0)
    monkeypatch.setattr(nudges, "send", lambda found: sent.extend(found) or hangs.wait(20))
    keeper._look_after(hold)
    until(lambda: sent)
    hold.renewed = 0
    keeper._look_after(hold)
    assert (hold.renewed >= now, hold.lost, clock.uptime() - now < 10) == (True, False, True)
    hangs.set()


def test_the_keeper_calls_others_again_where_the_database_was_away(hand, planned, monkeypatch):
    run, nudged, tries = planned(), claims.mark_nudged, []
    now = clock.uptime()
    hold = keeper.Hold(claims.claim(run.steps.get(key="s00").pk), False, now + 30, now + 60)

    def away(*args):
        tries.append(args)
        if len(tries) == 1:
            raise OperationalError("away")
        return nudged(*args)

    hand.sent.clear()
    monkeypatch.setattr(claims, "mark_nudged", away)
    monkeypatch.setattr(keeper.connection, "close", lambda: None)  # it is the test's here
    monkeypatch.setattr(keeper, "SLOW", 0)
    for _ in range(3):
        keeper._look_after(hold)
    until(lambda: len(hand.sent) == keeper.HELPERS)
    assert len(tries) == 2
