"""`manage.py doctor` on a host that is well, and on hosts that are not."""

import os
import subprocess
import sys
from datetime import timedelta

from config import doctor
from opsportal import clock
from opsportal.models import Heartbeat
from tests import factories

from .conftest import until


def cures():
    return {finding.what: finding.cure for finding in doctor.examine() if finding.cure}


def test_a_host_without_workers_is_told_how_to_start_them(host):
    assert cures()["workers"].startswith("Start one: manage.py up")
    assert cures()["beat"].startswith("Start it")


def test_a_host_with_everything_has_nothing_to_cure(host, account):
    host.worker()
    host.beat()
    until(lambda: Heartbeat.objects.filter(name__in=("beat", "pump")).count() == 2)
    env = {**os.environ, **host.env}
    done = subprocess.run([sys.executable, "manage.py", "doctor"], env=env, capture_output=True, text=True)
    assert (done.returncode, done.stdout.count("✓")) == (0, len(doctor.CHECKS)), done.stdout


def test_a_pump_that_fell_silent_is_noticed(host):
    Heartbeat.objects.create(name="pump", at=clock.now() - timedelta(minutes=5))
    assert "pump" in cures()


def test_a_step_that_no_worker_takes_is_noticed(host):
    late = clock.now() - timedelta(minutes=5)
    factories.step(factories.run(), "a", status="due", wake_at=late, nudge_at=late)
    assert cures()["queue"].startswith("Start more workers")


def test_a_broker_that_evicts_is_named_with_its_cure(host):
    from opsportal.live.hints import broker

    broker().config_set("maxmemory-policy", "allkeys-lru")
    assert cures()["broker"] == "Set maxmemory-policy to noeviction."


def test_a_broker_that_is_away_is_named_and_nothing_else_is_kept_from_looking(host):
    host.kill("valkey")
    assert "REDIS_URL" in cures()["broker"]
    assert len(doctor.examine()) == len(doctor.CHECKS)


def test_without_credentials_the_sentence_says_where_to_get_them(host, monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")
    assert "instance or task role" in cures()["AWS credentials"]


def test_the_command_ends_with_1_and_says_which_variable_is_wrong():
    env = {**os.environ, "DATABASE_URL": "oracle://x", "LEASE_SECONDS": "soon"}
    done = subprocess.run([sys.executable, "manage.py", "doctor"], env=env, capture_output=True, text=True)
    assert done.returncode == 1
    assert "DATABASE_URL: use sqlite:///path" in done.stderr
    assert "LEASE_SECONDS: Input should be a valid number" in done.stderr
    assert "Traceback" not in done.stderr
