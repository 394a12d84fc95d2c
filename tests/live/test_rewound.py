"""A database that its own tools brought back starts paused: Redis remembers that it was further."""

from datetime import timedelta

import pytest

from opsportal import clock, holds
from opsportal.live.hints import broker, connect
from opsportal.models import Audit, Heartbeat, Pause
from opsportal.upkeep import restore, rewound
from tasks import pump
from tests import factories

from .aws import assert_created_once
from .conftest import until
from .test_holds import held

LAST = Heartbeat.objects.filter(name="pump")


def put_back(**ago):
    """What a round of the pump left is of that long ago, as in a copy of the database that was made then."""
    LAST.update(at=clock.now() - timedelta(**ago))


def test_a_worker_changes_nothing_in_a_database_that_went_back(host, account):
    host.worker()
    until(lambda: any(rewound.newest(last) == last.at for last in LAST.all()))
    host.terminate()
    run = account.deploy()  # its message is there before the worker
    put_back(minutes=10)
    host.worker("second")
    until(held(run))
    assert not account.operations()
    (pause,) = Pause.objects.all()
    assert "was it restored? Stop every worker, run manage.py restore --settle" in pause.reason
    holds.resume(pause.pk, factories.user())
    assert_created_once(run, account)
    assert Pause.objects.count() == 1


@pytest.mark.parametrize("known", ["all", "nothing", "silence"])
def test_a_database_that_only_waited_is_not_paused(host, monkeypatch, known):
    """Nobody looked for long; or Redis was emptied; or it is away."""
    pump.tick()
    put_back(minutes=10)
    if known == "all":
        rewound.remember(LAST.get().at)
    elif known == "nothing":
        broker().flushdb()
    else:
        monkeypatch.setattr(rewound, "broker", lambda: connect("redis://127.0.0.1:1", 1))
    pump.tick()
    assert clock.now() - LAST.get().at < timedelta(seconds=10)
    assert not Pause.objects.exists()


def test_what_a_crash_may_cost_is_let_pass(host):
    pump.tick()
    put_back(seconds=50)
    pump.tick()
    assert not Pause.objects.exists()


def test_it_pauses_once_and_that_is_on_record(host):
    pump.tick()
    put_back(minutes=10)
    pump.tick()
    put_back(seconds=5)
    pump.tick()
    assert Pause.objects.count() == Audit.objects.filter(action="pause.begin", who="opsportal").count() == 1


def test_a_restore_that_is_settled_pauses_once(host):
    pump.tick()
    put_back(minutes=10)
    restore.settle(clock.now() - timedelta(minutes=10))
    pump.tick()
    assert Pause.objects.get().reason.startswith("Restored from a copy of the database")
    put_back(minutes=10)
    pump.tick()
    assert Pause.objects.count() == 2, "that it was settled is of that time alone"
