"""What is read from the rows to tell how opsportal is: by how many queries, and that history does not count."""

import threading
from datetime import timedelta
from math import inf

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from opsportal import clock
from opsportal.health import observing
from opsportal.health.observing import Look
from opsportal.models import Heartbeat, Policy, SlackMessage
from tests import factories


def ago(seconds):
    return clock.now() - timedelta(seconds=seconds)


def test_the_oldest_step_that_is_due_counts_and_none_that_sleeps_or_has_ended(db):
    run = factories.run()
    factories.step(run, "due", status="due", wake_at=ago(70), nudge_at=ago(-10))
    factories.step(run, "later", status="due", wake_at=ago(-900), nudge_at=ago(-900))
    factories.step(run, "over", status="succeeded", wake_at=ago(5000))
    factories.step(run, "queued", status="queued", wake_at=ago(500), queued_at=ago(500), nudge_at=ago(-10))
    seen = observing.work()
    assert (round(seen.due), round(seen.queued)) == (70, 500)


def test_pump_and_beat_are_as_old_as_their_last_sign(db):
    Heartbeat.objects.create(name="pump", at=ago(12))
    seen = observing.work()
    assert (round(seen.pump), seen.beat, seen.due, seen.queued) == (12, inf, 0, 0)


def test_the_policy_that_is_due_longest_counts_and_none_that_is_off_or_due_later(db):
    late, later, off = (factories.policy([factories.environment()]) for _ in range(3))
    Policy.objects.filter(pk=late.pk).update(next_due=ago(400))
    Policy.objects.filter(pk=later.pk).update(next_due=ago(-400))
    Policy.objects.filter(pk=off.pk).update(next_due=ago(900), enabled=False)
    assert round(observing.work().policies) == 400


def test_messages_that_slack_refused_for_long_count_and_none_that_waits_or_was_given_up(db):
    row = {
        "channel": "C0123456",
        "due_at": clock.now(),
        "tries": 9,
        "error": "not_in_channel",
        "refused_since": ago(601),
    }
    for changes in ({}, {"refused_since": ago(60)}, {"refused_since": None}, {"due_at": None}):
        SlackMessage.objects.create(run=factories.run(), **row | changes)
    assert observing.work().refused == 1


def test_runs_are_counted_by_status_and_environment_those_that_ended_for_an_hour(db):
    dev = factories.environment(name="dev")
    for _ in range(2):
        factories.run(environment=dev, status="asking")
    factories.run(environment=dev, status="failed", ended_at=ago(60))
    factories.run(environment=dev, status="failed", ended_at=ago(4000))
    assert observing.runs() == ({("asking", "dev"): 2}, {("failed", "dev"): 1})


def test_no_more_queries_are_made_however_many_rows_there_are(db):
    few = queries()
    for _ in range(20):
        factories.step(factories.run(), "a", status="due", wake_at=ago(1), nudge_at=ago(1))
        factories.run(status="succeeded", ended_at=ago(1))
    assert queries() == few


def queries():
    with CaptureQueriesContext(connection) as found:
        observing.work()
        observing.runs()
    return len(found)


def test_this_release_has_all_its_migrations(db):
    assert observing.migrations() == 0


def test_the_clock_of_the_database_is_compared_with_ours(db):
    seconds, apart = observing.database()
    assert seconds < 1
    assert abs(apart) < 1


@pytest.fixture
def hangs(monkeypatch):
    monkeypatch.setattr(observing, "LIMIT", 0.1)
    free, begun = threading.Event(), []
    yield Look("hangs", lambda: (begun.append(1), free.wait(20))), begun
    free.set()


def test_what_hangs_is_away_after_its_limit_and_is_asked_once(hangs):
    look, begun = hangs
    assert [look.seen() for _ in range(3)] == [None, None, None]
    assert begun == [1]
    assert look.away() > 0


def test_what_is_back_is_away_no_more():
    answers = iter([OSError("refused"), 7])

    def observe():
        found = next(answers)
        if isinstance(found, Exception):
            raise found
        return found

    look = Look("flaps", observe)
    assert (look.seen(), look.away() > 0) == (None, True)
    look.begun -= observing.FRESH + 1
    assert (look.seen(), look.away()) == (7, 0)


def test_an_answer_is_given_again_for_a_second():
    answers = iter([1, 2])
    look = Look("counts", lambda: next(answers))
    assert [look.seen(), look.seen()] == [1, 1]
