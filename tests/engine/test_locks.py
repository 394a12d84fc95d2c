"""Invariant 7: locks."""

import threading
import time

from django.db import connection

from opsportal import claims, clock, locks, runs, steps, turns
from opsportal.models import Environment, Lock, Step
from tasks import engine
from tests import factories

from .conftest import let_lease_expire, statuses, texts

BOTH = {"a": [], "b": []}


def plan(run):
    engine.advance(run.steps.get(key="plan").pk)
    return {step.key: step for step in run.steps.all()}


def test_two_steps_that_want_the_same_resource_go_one_after_the_other(drive):
    run = factories.start(BOTH, locks={"a": ["x"], "b": ["x"]}, do={"a": "wait:1,600"})
    drive(run)
    assert statuses(run) == {"plan": "succeeded", "a": "due", "b": "queued"}
    assert "Waits for its turn: x." in texts(run)


def test_the_first_waiter_is_nudged_when_the_lock_is_freed(drive, hand):
    run = factories.start(BOTH, locks={"a": ["x"], "b": ["x"]}, do={"a": "wait:1,600"})
    drive(run)
    hand.sent.clear()
    Step.objects.filter(key="a").update(wake_at=clock.now())
    engine.advance(run.steps.get(key="a").pk)
    assert run.steps.get(key="b").pk in hand.sent
    assert drive(run).status == "succeeded"


def test_who_begins_to_wait_while_the_lock_is_freed_is_nudged(hand):
    where, waits = factories.environment(), threading.Event()
    first, second = (factories.start({"a": []}, environment=where, locks={"a": ["x"]}) for _ in range(2))
    for run in (first, second):
        engine.advance(run.steps.get().pk)
    holder, waiter = (claims.claim(run.steps.get(key="a").pk) for run in (first, second))
    assert engine.got_locks(holder)
    hand.sent.clear()

    def begin(turn):
        assert not locks.take(turn, waiter)
        waits.set()
        time.sleep(0.5)  # the holder frees it meanwhile
        steps.queue(turn, waiter)

    def wait():
        turns.take(second.pk, begin)
        connection.close()

    thread = threading.Thread(target=wait)
    thread.start()
    waits.wait()
    turns.take(first.pk, lambda turn: steps.end(turn, holder, "succeeded"))
    thread.join()
    assert waiter.pk in hand.sent


def test_several_locks_are_taken_together_or_not_at_all(drive):
    run = factories.start(BOTH, locks={"a": ["x"], "b": ["w", "x", "y"]}, do={"a": "wait:1,600"})
    drive(run)
    assert set(Lock.objects.filter(holder__key="b")) == set()
    assert Lock.objects.get(holder__key="a").resource == "x"


def test_a_later_waiter_does_not_overtake_an_earlier_one(drive):
    where = factories.environment()
    for key, wanted in (("a", ["x"]), ("b", ["x", "y"]), ("c", ["y"])):  # steps of one run may begin in any order
        run = factories.start({key: []}, locks={key: wanted}, do={"a": "wait:1,600"}, environment=where)
        drive(run)
    waiting = Step.objects.filter(run__environment=where, status="queued").values_list("key", flat=True)
    assert set(waiting) == {"b", "c"}


def test_a_dead_run_never_blocks_the_next(drive):
    where = factories.environment()
    dead = factories.start({"a": []}, locks={"a": ["x"]}, do={"a": "wait:1,600"}, environment=where)
    drive(dead)
    dead.steps.filter(key="a").update(status="failed")
    after = factories.start({"a": []}, locks={"a": ["x"]}, environment=where)
    assert drive(after).status == "succeeded"
    assert Lock.objects.get(resource="x").version == 1


def test_the_same_name_in_another_environment_is_another_lock(drive):
    first, second = (factories.start({"a": []}, locks={"a": ["x"]}, do={"a": "wait:1,600"}) for _ in range(2))
    drive(first)
    drive(second)
    assert Lock.objects.filter(holder__isnull=False).count() == 2


def test_names_that_a_collation_would_fold_are_different_locks(drive):
    run = factories.start(BOTH, locks={"a": ["Straße"], "b": ["strasse"]}, do={"a": "wait:1,600", "b": "wait:1,600"})
    drive(run)
    assert Lock.objects.filter(holder__isnull=False).count() == 2


def test_no_more_steps_change_an_environment_than_it_allows(drive):
    graph = {key: [] for key in "abcd"}
    where = factories.environment(changes_at_once=2)
    do = dict.fromkeys(graph, "wait:1,600")
    run = factories.start(graph, locks={key: [key] for key in graph}, do=do, environment=where)
    drive(run)
    assert sorted(statuses(run).values()) == ["due", "due", "queued", "queued", "succeeded"]


def test_a_lock_is_not_held_while_asking(drive):
    run = factories.start(BOTH, locks={"a": ["x"], "b": ["x"]}, do={"a": "ask"})
    drive(run)
    assert statuses(run) == {"plan": "succeeded", "a": "asking", "b": "succeeded"}


def test_the_deadline_stands_still_while_queued(drive):
    run = factories.start(BOTH, locks={"a": ["x"], "b": ["x"]}, do={"a": "wait:1,600"}, timeout=50)
    drive(run)
    waiting = run.steps.get(key="b")
    assert (waiting.deadline_at, waiting.budget, waiting.started_at) == (None, 50, None)


def test_a_worker_that_lost_its_step_takes_no_lock():
    run = factories.start({"a": []}, locks={"a": ["x"]})
    step = plan(run)["a"]
    let_lease_expire(step)
    assert not locks.held(step)
    assert Lock.objects.get(resource="x").holder is None


def test_locks_of_a_cancelled_run_are_free_again(drive):
    run = factories.start({"a": []}, locks={"a": ["x"]}, do={"a": "wait:1,600"})
    drive(run)
    runs.cancel(run.pk, factories.user())
    drive(run)
    assert run.status == "cancelled"
    assert Lock.objects.get(resource="x").holder is None


def test_taking_again_what_one_holds_changes_nothing(drive):
    run = factories.start({"a": []}, locks={"a": ["x"]}, do={"a": "wait:1,600"})
    drive(run)
    step = run.steps.get(key="a")
    assert turns.take(run.pk, lambda turn: locks.take(turn, step))
    assert Lock.objects.get(resource="x").version == 0


def test_an_environment_may_be_renamed_while_its_locks_are_wanted(drive):
    run = factories.start(BOTH, locks={"a": ["x"], "b": ["x"]}, do={"a": "wait:1,600"})
    drive(run)
    Environment.objects.update(name="another")
    Step.objects.filter(key="a").update(wake_at=clock.now())
    assert drive(run).status == "succeeded"


def test_who_waits_behind_a_waiter_is_nudged_when_that_one_is_cancelled(drive, hand):
    where = factories.environment()
    drive(factories.start({"a": []}, locks={"a": ["x"]}, do={"a": "wait:1,600"}, environment=where))
    first = drive(factories.start({"b": []}, locks={"b": ["x", "y"]}, environment=where))
    behind = drive(factories.start({"c": []}, locks={"c": ["y"]}, environment=where))
    hand.sent.clear()
    runs.cancel(first.pk, factories.user())
    assert behind.steps.get(key="c").pk in hand.sent
    assert drive(behind).status == "succeeded"
