"""The demo as a person starts it: a process of its own, in a folder of its own."""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from config.env import ROOT
from opsportal.hosting import host

OURS = ("DATABASE_URL", "LEASE_SECONDS", "REDIS_URL", "RUNBOOK_MODULES", "SECRET_KEY")
GREETED = "Ctrl-C stops everything"


class Demo:
    """One start of the demo; what it prints is in `output`."""

    def __init__(self, folder):
        self.folder, self.port, self.begun = folder, host.free_port(), time.monotonic()
        self.output = folder / f"output-{self.port}"
        argv = [sys.executable, "manage.py", "demo", "--port", str(self.port)]
        with self.output.open("wb") as out:
            self.process = subprocess.Popen(
                argv, cwd=ROOT, env=environ(folder), stdout=out, stderr=out, start_new_session=True
            )

    def first_page(self):
        """The log-in page, and the seconds from the start until it was there."""
        page = self.until(lambda: fetched(f"http://127.0.0.1:{self.port}/"))
        return page, time.monotonic() - self.begun

    def greeting(self):
        """What it says once all is up: logins by name, and the number of the run."""
        text = self.until(lambda: GREETED in self.output.read_text() and self.output.read_text())
        return dict(re.findall(r"^  (olga|ansel) +(\S+)", text, re.MULTILINE)), re.search(r"/run/(\d+)/", text)[1]

    def slack(self):
        """The address of the simulated Slack, as it says it."""
        self.greeting()
        return re.search(r"http://127\.0\.0\.1:\d+", self.output.read_text())[0]

    def until(self, condition, seconds=60):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            assert self.process.poll() is None, self.output.read_text()
            if found := condition():
                return found
            time.sleep(0.1)
        raise AssertionError(f"not within {seconds} s: {self.output.read_text()}")

    def end(self, number):
        """Signal the demo alone, as a terminal's window or a service manager does; its exit code."""
        self.process.send_signal(number)
        return self.process.wait(30)


def environ(folder):
    """A person's environment: none of the variables that the tests set for themselves."""
    return {name: value for name, value in os.environ.items() if name not in OURS} | {"VAR_DIR": str(folder)}


def fetched(url):
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return answer.read().decode()
    except (urllib.error.URLError, ConnectionError):
        return ""


def left_over(folder):
    """Every process that was started for this folder and still runs."""
    return [process for process in psutil.process_iter() if belongs(process, folder)]


def belongs(process, folder):
    try:
        return process.environ().get("VAR_DIR") == str(folder) and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


@contextmanager
def made():
    """A folder, short, since a socket lives in it; what runs there is over at its end."""
    path = Path(tempfile.mkdtemp(prefix="ops-demo-"))
    yield path
    for process in left_over(path):
        process.send_signal(signal.SIGKILL)
    shutil.rmtree(path)


@pytest.fixture(scope="module")
def folder():
    """Kept for the whole module, so that the demo goes on in it."""
    with made() as path:
        yield path


@pytest.fixture(scope="package")
def once():
    """`make demo ONCE=1`, which waits for AWS while other tests go on: its folder, and its end in seconds."""
    with ThreadPoolExecutor(1) as pool, made() as path:
        yield path, pool.submit(deployed, path)


def deployed(folder):
    """The process that has ended, and the seconds that it took."""
    begun, argv = time.monotonic(), ["make", "demo", "ONCE=1"]
    done = subprocess.run(argv, cwd=ROOT, env=environ(folder), capture_output=True, text=True)
    return done, time.monotonic() - begun


@pytest.fixture
def demo(folder):
    started = Demo(folder)
    yield started
    if started.process.poll() is None:
        started.end(signal.SIGTERM)
