"""Real workers, a real Valkey and a database shared with them; both may be services (tests/environment.py)."""

import os
import signal
import time
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from django.conf import settings
from django.db import connection

from opsportal.hosting import supervisor
from opsportal.live.hints import broker
from tests.environment import with_name

from .nursery import Warm

LEASE = "2"
SPEED = 4.0  # times as fast as AWS
SERVICE = bool(os.environ["REDIS_URL"])
# Django's system checks take a third of a worker's start; what starts by `up`, as the demo does, begins with them.
UNCHECKED = {"CELERY_SKIP_CHECKS": "1"}


def database_url():
    """Where real processes find the database under test."""
    name = connection.settings_dict["NAME"]
    url = os.environ["DATABASE_URL"]
    return with_name(url, name) if url else f"sqlite:///{name}"


class Host:
    """The processes of one host under test, and ways to hurt them."""

    def __init__(self):
        self.env = {"DATABASE_URL": database_url(), "LEASE_SECONDS": LEASE, "PYTHONPATH": os.getcwd()} | UNCHECKED
        self.env |= supervisor.worker("", "", 1).env  # so that workers and portals are of one nursery
        self.supervisor = Warm(logs=Path(settings.VAR_DIR) / "logs", env=self.env)

    def start(self, part, **env):
        ready = part.ready
        self.supervisor.start(supervisor.Part(part.name, part.argv, {**self.env, **part.env, **env}, ready))
        self.supervisor.wait_ready(part.name)

    def valkey(self):
        """Start a Valkey, where no service stands for it."""
        if not SERVICE:
            self.start(supervisor.valkey(Path(settings.VAR_DIR)))

    def lose_valkey(self):
        """As if it had been killed and started again. Of a service, which others use too, our connections end."""
        if SERVICE:
            end_connections(broker())
        else:
            self.kill("valkey")
            self.valkey()

    def worker(self, name="worker", queues="engine,long,notify,pump", processes=2, **env):
        part = supervisor.worker(name, queues, processes)
        self.start(part, **env)

    def beat(self):
        self.start(supervisor.beat())

    def kill(self, name):
        """kill -9 of a process and of everything it has started, as when a machine goes away."""
        process = self.supervisor.running.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def lose_all(self):
        """The end of a test: what it has to say about ending in order it has said; that takes a worker two seconds."""
        for name in list(self.supervisor.running):
            self.kill(name)
        self.supervisor.stop()

    def children(self, name="worker"):
        return psutil.Process(self.supervisor.running[name].pid).children()

    def kill_child(self, pid):
        os.kill(pid, signal.SIGKILL)

    def terminate(self, name="worker"):
        process = self.supervisor.running.pop(name)
        process.terminate()
        process.wait(20)


def end_connections(server):
    """End each connection to the Redis database that this one uses, but for itself."""
    number, me = server.get_connection_kwargs()["db"], server.client_id()
    for client in server.client_list():
        if int(client["db"]) == number and int(client["id"]) != me:
            server.client_kill_filter(_id=client["id"])


@contextmanager
def fresh():
    """A host with a Valkey, of which nothing is left."""
    host = Host()
    host.valkey()
    yield host
    host.lose_all()
    if SERVICE:
        broker().flushdb()
    for leftover in Path(settings.VAR_DIR).glob("appendonlydir/*"):
        leftover.unlink()


@pytest.fixture
def host(transactional_db):
    with fresh() as host:
        yield host


@pytest.fixture
def account(host, sandbox):
    from .aws import Account  # which needs this file's helpers

    sandbox.speed(SPEED, change_set_seconds=1)
    yield Account(host, sandbox)
    sandbox.clear_faults()


def until(condition, seconds=40.0):
    """Wait until the condition holds; what it gives then. Fails when it never does."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if result := condition():
            return result
        time.sleep(0.05)
    raise AssertionError(f"not within {seconds} s: {condition}")


def ended(run, seconds=60.0):
    """Wait for the end of the run."""

    def over():
        run.refresh_from_db()
        return not run.is_open

    until(over, seconds)
    return run


def count(folder, name):
    """How often a step of the tests' runbook left this mark."""
    path = Path(folder) / name
    return len(path.read_text().split()) if path.exists() else 0
