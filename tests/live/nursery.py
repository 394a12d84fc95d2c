"""Starts workers, Beat and portals that have imported already: else four fifths of a start go into that.

`python -m tests.live.nursery` imports what they need, in their environment, and forks for each that is asked for; the
child then runs its module as `python -m` would. What is started by `up`, as in tests/demo, begins from nothing.
"""

import os
import runpy
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from threading import Lock

from opsportal.hosting.supervisor import Supervisor, die_with_parent

NEEDED = ("tasks.worker", "celery.bin.celery", "celery.apps.worker", "celery.concurrency.prefork", "uvicorn.main")
LATE = ("AWS_ACCESS_KEY_ID", "PYTEST_CURRENT_TEST")  # other in each test, and not looked at before a client is made


@dataclass
class Nursery:
    """The process that forks, in this environment."""

    env: dict[str, str]
    lock: Lock = field(default_factory=Lock)

    def __post_init__(self):
        self.connection, theirs = Pipe()
        argv = [sys.executable, "-m", "tests.live.nursery", str(theirs.fileno())]
        more = {"env": self.env, "pass_fds": [theirs.fileno()], "preexec_fn": die_with_parent}
        self.process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, **more)
        theirs.close()

    def ask(self, *question):
        with self.lock:
            self.connection.send(question)
            return self.connection.recv()


@cache
def nursery(env):
    return Nursery(dict(env))


@dataclass
class Child:
    """As much of a Popen as a Supervisor needs."""

    home: Nursery
    pid: int
    returncode: int | None = None

    def poll(self):
        if self.returncode is None:
            self.returncode = self.home.ask("poll", self.pid)
        return self.returncode

    def wait(self, timeout=None):
        end = None if timeout is None else time.monotonic() + timeout
        while self.poll() is None:
            if end and time.monotonic() > end:
                raise subprocess.TimeoutExpired(str(self.pid), timeout)
            time.sleep(0.01)
        return self.returncode

    def send_signal(self, number):
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self):
        self.send_signal(signal.SIGTERM)


@dataclass
class Warm(Supervisor):
    """Starts a Python process from the nursery, unless it wants an environment that is not the nursery's."""

    env: dict[str, str] = field(default_factory=dict)

    def start(self, part):
        env = {**os.environ, **self.env}
        if list(part.argv[:2]) != [sys.executable, "-m"] or env | part.env != env:
            super().start(part)
            return
        late = {name: env.pop(name) for name in LATE if name in env}
        home, out = nursery(frozenset(env.items())), self.log_file(part.name)
        self.running[part.name] = Child(home, home.ask("start", list(part.argv[2:]), out.name, late))
        self.parts[part.name] = part


def serve(asked):
    """Answer until the other side is gone; None. In a child, what it is to run: the module and its arguments."""
    while True:
        try:
            question, *given = asked.recv()
        except EOFError:
            return None
        if question == "poll":
            pid, status = os.waitpid(given[0], os.WNOHANG)
            asked.send(os.waitstatus_to_exitcode(status) if pid else None)
        elif pid := forked():
            asked.send(pid)
        else:
            asked.close()
            return given


def forked():
    """A child that leads a session, as what `Supervisor.start` starts does from the first: it can be killed by that."""
    led, leads = os.pipe()
    if pid := os.fork():
        os.close(leads)
        os.read(led, 1)
    else:
        os.setsid()
        os.close(leads)
    os.close(led)
    return pid


def born(argv, log, late):
    """In the child: what else `Supervisor.start` gives a process, and then the module."""
    os.environ.update(late)
    die_with_parent()
    with open(log, "ab") as out:
        os.dup2(out.fileno(), 1)
        os.dup2(out.fileno(), 2)
    sys.argv = argv
    runpy.run_module(argv[0], run_name="__main__", alter_sys=True)


def main(number):
    import django

    import_module("config")
    django.setup()
    for name in NEEDED:
        import_module(name)
    if child := serve(Connection(number)):
        born(*child)


if __name__ == "__main__":
    main(int(sys.argv[1]))
