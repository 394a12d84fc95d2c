"""Programs that use the API from outside: processes of their own, with a token, against a real portal."""

import json
import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

from config.env import ROOT
from opsportal import clock
from opsportal.api import tokens
from opsportal.hosting import host as hosts
from opsportal.hosting import supervisor
from tests import factories

from .conftest import until

SCOPES = ("read", "run", "approve")


class Portal:
    """A portal whose address stays the same while it is killed and started again."""

    def __init__(self, host):
        self.host, self.port = host, hosts.free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.start()

    def start(self):
        part = supervisor.web("127.0.0.1", self.port, ready=lambda: hosts.serves("127.0.0.1", self.port))
        self.host.start(replace(part, name="web"))

    def kill(self):
        self.host.kill("web")


def secret(person=None, *scopes, days=1):
    """A fresh token of this person."""
    ends = clock.now() + timedelta(days=days)
    return tokens.make(person or factories.user(), "ci", scopes or SCOPES, ends, None)[1]


def heed():
    """Runs in the child: what is started in the background of a script ignores SIGINT, and so does what it starts."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Program:
    """A process and what it has printed so far."""

    def __init__(self, argv, env, folder):
        self.out = folder / "out"
        clean = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL") if name in os.environ}
        clean |= {"HOME": str(folder), **env}
        with self.out.open("wb") as out:
            self.process = subprocess.Popen(
                argv, cwd=ROOT, env=clean, stdout=out, stderr=out, stdin=subprocess.DEVNULL, preexec_fn=heed
            )

    @property
    def text(self):
        return self.out.read_text()

    @property
    def lines(self):
        return self.text.splitlines()

    def prints(self, text, seconds=40.0):
        until(lambda: text in self.text or self.process.poll() is not None, seconds)
        assert text in self.text, self.text

    def ends(self, seconds=60.0):
        """The code it ends with."""
        return self.process.wait(seconds)

    def signal(self, number=signal.SIGTERM):
        self.process.send_signal(number)


@contextmanager
def running(argv, env, folder):
    """The program, which ends with the test."""
    program = Program(argv, env, folder)
    try:
        yield program
    finally:
        program.process.kill()
        program.process.wait()


class Shell:
    """Where a person with a token types commands."""

    def __init__(self, portal, folder):
        self.portal, self.folder = portal, folder
        self.person = factories.user()
        self.env = {"OPSPORTAL_URL": portal.url, "OPSPORTAL_TOKEN": secret(self.person)}

    def types(self, *words, **env):
        return running([sys.executable, "-m", "opsportal.cli", *words], self.env | env, self.folder)

    def runs(self, do, *words, graph=None, **env):
        params = {"graph": graph or {"a": []}, "do": {"a": do}}
        return self.types("run", "test.graph", "dev", "--params", json.dumps(params), *words, **env)

    def prints(self, *words, **env):
        """(exit code, what was printed)."""
        with self.types(*words, **env) as program:
            return program.ends(), program.text
