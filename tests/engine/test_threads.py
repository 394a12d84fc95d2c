"""What threads beside the work still have in hand is done before their process ends."""

import subprocess
import sys

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
