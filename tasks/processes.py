"""A local program as part of a step: its lines are told as they come, and it never outlives the step."""

import os
import selectors
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence

from opsportal.errors import StepFailed
from opsportal.hosting.supervisor import alive, die_with_parent
from opsportal.words import gettext as _

LOOK = 0.25  # seconds between two checks that the step is still ours
GRACE = 5.0  # seconds between SIGTERM and SIGKILL


def run(
    check: Callable[[], None], line: Callable[[str], None], argv: Sequence[str], env: Mapping[str, str] | None = None
) -> int:
    """Run the program without a shell and give its exit code; `check` raises when the step has to stop.

    Whatever ends this call, by then the program's whole session is gone; a kill -9 of the worker sends it SIGTERM
    (prctl(2), PR_SET_PDEATHSIG). Raises StepFailed when the program can't be started, and what `check` raises.
    """
    process = start(argv, env or {})
    try:
        follow(process, check, line)
        return process.wait()
    finally:
        end(process)


def start(argv: Sequence[str], env: Mapping[str, str]) -> "subprocess.Popen[bytes]":
    try:
        return subprocess.Popen(
            list(argv),
            env={"PATH": os.environ.get("PATH", ""), **env},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=die_with_parent,
        )
    except OSError as error:
        text = _("{program} can't be started: {why}. Install it on the workers' hosts.")
        raise StepFailed(text.format(program=argv[0], why=error.strerror)) from error


def follow(process: "subprocess.Popen[bytes]", check: Callable[[], None], line: Callable[[str], None]) -> None:
    """Tell each line until the output ends."""
    assert process.stdout is not None  # noqa: S101  it was asked for
    output, rest = process.stdout.fileno(), b""
    with selectors.DefaultSelector() as ready:
        ready.register(output, selectors.EVENT_READ)
        while True:
            check()
            if not ready.select(LOOK):
                continue
            if not (chunk := os.read(output, 65536)):
                break
            *whole, rest = (rest + chunk).split(b"\n")
            for text in whole:
                line(text.decode(errors="replace"))
    if rest:
        line(rest.decode(errors="replace"))


def end(process: "subprocess.Popen[bytes]") -> None:
    """Leave nothing of the program's session behind."""
    for number, seconds in ((signal.SIGTERM, GRACE), (signal.SIGKILL, GRACE)):
        limit = time.monotonic() + seconds
        if process.poll() is None or alive(process.pid):
            os.killpg(process.pid, number)
        while time.monotonic() < limit and (process.poll() is None or alive(process.pid)):
            time.sleep(0.02)
    if process.stdout:
        process.stdout.close()
