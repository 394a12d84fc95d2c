"""What threads beside the work still have in hand is done before their process ends."""

import signal
import subprocess
import sys
import threading
from contextlib import contextmanager

import pytest

from opsportal.threads import Asked

LATE = """
import time
from opsportal import threads

def work():
    time.sleep(0.3)
    print("done", flush=True)

threads.Gatherer("late", work, 60).poke()
"""


def test_a_process_ends_once_its_threads_have_finished_and_no_later():
    done = subprocess.run([sys.executable, "-c", LATE], capture_output=True, text=True, check=True, timeout=30)
    assert done.stdout == "done\n"


@contextmanager
def on_a_signal(handler):
    before = signal.signal(signal.SIGUSR1, handler)
    yield
    signal.signal(signal.SIGUSR1, before)


@pytest.mark.timeout(20)
def test_a_signal_that_comes_while_the_lock_is_held_is_heard():
    asked = Asked()
    with on_a_signal(asked.set), asked.changed:
        signal.raise_signal(signal.SIGUSR1)
    assert asked.wait(0)


def test_who_waits_is_woken_and_others_wait_so_long_and_no_longer():
    asked, answers = Asked(), []
    waiting = threading.Thread(target=lambda: answers.append(asked.wait(20)))
    waiting.start()
    assert not asked.wait(0.01)
    asked.set()
    waiting.join(10)
    assert answers == [asked.is_set()] == [True]
