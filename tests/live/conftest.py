"""Real workers, a real Valkey and a database file shared with them."""

import os
import signal
import time
from pathlib import Path

import psutil
import pytest
from django.conf import settings
from django.db import connection

from opsportal import supervisor
from opsportal.supervisor import Supervisor

LEASE = "2"


class Host:
    """The processes of one host under test, and ways to hurt them."""

    def __init__(self):
        self.supervisor = Supervisor(logs=Path(settings.VAR_DIR) / "logs")
        name = connection.settings_dict["NAME"]
        url = os.environ.get("TEST_WORKER_DATABASE_URL") or f"sqlite:///{name}"
        self.env = {"DATABASE_URL": url, "LEASE_SECONDS": LEASE, "PYTHONPATH": os.getcwd()}

    def start(self, part, **env):
        ready = part.ready
        self.supervisor.start(supervisor.Part(part.name, part.argv, {**self.env, **part.env, **env}, ready))
        self.supervisor.wait_ready(part.name)

    def valkey(self):
        self.start(supervisor.valkey(Path(settings.VAR_DIR)))

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

    def children(self, name="worker"):
        return psutil.Process(self.supervisor.running[name].pid).children()

    def kill_child(self, pid):
        os.kill(pid, signal.SIGKILL)

    def terminate(self, name="worker"):
        process = self.supervisor.running.pop(name)
        process.terminate()
        process.wait(20)


@pytest.fixture
def host(transactional_db):
    host = Host()
    host.valkey()
    yield host
    host.supervisor.stop()
    for leftover in Path(settings.VAR_DIR).glob("appendonlydir/*"):
        leftover.unlink()


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
