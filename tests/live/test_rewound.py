"""A database that went back in time starts paused: Redis remembers that it was further."""

from datetime import timedelta

import pytest
from django.db import OperationalError

from opsportal import clock
from opsportal.live.hints import broker, connect
from opsportal.models import Audit, Heartbeat, Pause, Run, Step
from opsportal.upkeep import restore, rewound
from tasks import engine, pump, worker
from tests import factories

from .conftest import until

LAST = Heartbeat.objects.filter(name="pump")


def put_back(**ago):
    """What a round of the pump left is of that long ago, as in a copy of the database that was made then."""
    LAST.update(at=clock.now() - timedelta(**ago))


def noted():
    """Whether Redis knows of the newest round."""
    return LAST.exists() and broker().get(rewound.KEY) == LAST.get().at.isoformat().encode()


def test_a_worker_changes_nothing_in_a_database_that_went_back(host, account):
    host.worker()
    until(noted)
    host.terminate()
    run = account.deploy()  # its message is there before the worker
    put_back(minutes=10)
    host.worker("second")
    until(Pause.objects.exists)
    until(noted)
    assert not account.operations()
    pause = Pause.objects.get()
    assert "was restored, or its server was replaced. Compare with AWS" in pause.reason
    assert Step.objects.get(run=run).wake_at > pause.begun_at + timedelta(seconds=20)
    assert account.deploy().pk > run.pk + 1000


def test_it_is_settled_as_after_a_restore_once_and_on_record(host):
    pump.tick()
    run = factories.start({"a": []})
    step = Step.objects.get(run=run)
    Step.objects.filter(pk=step.pk).update(status="running", fence=7)
    put_back(minutes=10)
    pump.tick()
    step.refresh_from_db()
    assert (step.status, step.fence > 1000) == ("due", True)
    put_back(seconds=5)
    pump.tick()
    assert Pause.objects.count() == Audit.objects.filter(action="pause.begin", who="opsportal").count() == 1
    assert Run.objects.count() == 1


def test_the_round_that_found_it_does_nothing_else(host, monkeypatch):
    pump.tick()
    run = factories.start({"a": []})
    Step.objects.filter(run=run).update(status="asking", nudge_at=clock.now() - timedelta(hours=1))
    put_back(minutes=10)
    monkeypatch.setattr(pump, "expire", lambda row: pytest.fail("a question of before was closed"))
    pump.tick()
    assert Pause.objects.exists()


def test_after_trouble_with_the_database_the_next_task_looks_first(host, monkeypatch):
    pump.tick()

    def away(_step_id):
        raise OperationalError("server closed the connection")

    monkeypatch.setattr(engine, "advance", away)
    with pytest.raises(OperationalError):
        worker.advance(1)
    put_back(minutes=10)
    monkeypatch.setattr(engine, "advance", lambda _step_id: seen.append(Pause.objects.exists()))
    seen = []
    worker.advance(1)
    assert seen == [True]


@pytest.mark.parametrize("known", ["all", "nothing"])
def test_a_database_that_only_waited_is_not_paused(host, known):
    """Nobody looked for long; or Redis was emptied."""
    pump.tick()
    put_back(minutes=10)
    if known == "all":
        rewound.remember(LAST.get().at)
    else:
        broker().flushdb()
    pump.tick()
    assert clock.now() - LAST.get().at < timedelta(seconds=10)
    assert not Pause.objects.exists()


def test_what_a_redis_that_is_away_knows_is_waited_for(host, monkeypatch):
    pump.tick()
    with monkeypatch.context() as patch:
        patch.setattr(rewound, "broker", lambda: connect("redis://127.0.0.1:1", 1))
        put_back(seconds=5)
        pump.tick()
        put_back(minutes=10)
        with pytest.raises(rewound.Unknown):
            pump.tick()
        worker.pump()
    assert not Pause.objects.exists()
    pump.tick()
    assert Pause.objects.exists()


def test_who_could_not_ask_redis_asks_before_the_next_task(host, monkeypatch):
    seen = []
    monkeypatch.setattr(engine, "advance", lambda _step_id: seen.append(Pause.objects.exists()))
    pump.tick()
    put_back(minutes=10)
    worker.doubt()
    with monkeypatch.context() as patch:
        patch.setattr(rewound, "broker", lambda: connect("redis://127.0.0.1:1", 1))
        worker.advance(1)
    worker.advance(1)
    assert seen == [False, True]


def test_a_clock_that_was_set_back_is_no_database_that_was(host, monkeypatch):
    LAST.create(name="pump", at=clock.now() + timedelta(hours=1))
    rewound.remember(LAST.get().at)
    monkeypatch.setattr(rewound, "remember", lambda at: None)  # as when a worker is killed here
    pump.tick()
    put_back(seconds=5)
    pump.tick()
    assert not Pause.objects.exists()


def test_what_a_crash_may_cost_is_let_pass(host):
    pump.tick()
    put_back(seconds=50)
    pump.tick()
    assert not Pause.objects.exists()


def test_a_restore_that_was_settled_by_hand_pauses_once(host):
    pump.tick()
    put_back(minutes=10)
    restore.settle(clock.now() - timedelta(minutes=10))
    pump.tick()
    assert Pause.objects.get().reason.startswith("Restored from a copy of the database")
    put_back(minutes=10)
    pump.tick()
    assert Pause.objects.count() == 2, "that it was settled is of that time alone"
