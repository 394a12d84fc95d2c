"""The processes a benchmark needs, from a clean state: a folder, a database and a broker of its own."""

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

VAR_DIR = Path(tempfile.mkdtemp(prefix="ops-bench-"))
os.environ.update(
    VAR_DIR=str(VAR_DIR),
    RUNBOOK_MODULES="bench.runbooks",
    BLUEPRINTS_DIR=str(Path(__file__).parent),
    SECRET_KEY="only for benchmarks",  # noqa: S106
    DATABASE_URL=os.environ.get("BENCH_DATABASE_URL", ""),
    REDIS_URL="",
    DJANGO_SETTINGS_MODULE="config.settings",
    PYTHONPATH=os.getcwd(),
)

import django  # noqa: E402  settings are read from the environment above

django.setup()

from django.contrib.auth.models import User  # noqa: E402
from django.core.management import call_command  # noqa: E402

from opsportal.hosting import demo, host, supervisor  # noqa: E402
from opsportal.models import Environment, Run  # noqa: E402

ACCOUNT = "123456789012"  # whose the keys of the demo are


@contextmanager
def running(processes: int = 2, web: bool = False, speed: float | None = None) -> Iterator[dict[str, Any]]:
    """Valkey, one worker with this many processes and, if wanted, the portal and a sandbox at this speed."""
    parts = supervisor.Supervisor(logs=VAR_DIR / "logs")
    found: dict[str, Any] = {"supervisor": parts}
    try:
        call_command("migrate", verbosity=0)
        start(parts, supervisor.valkey(VAR_DIR))
        if speed is not None:
            found["sandbox"] = sandbox(parts, speed)
        start(parts, supervisor.worker("worker", "engine,long,notify,pump", processes))
        if web:
            port = host.free_port()
            start(parts, supervisor.web("127.0.0.1", port, ready=lambda: host.serves("127.0.0.1", port)))
            found["url"] = f"http://127.0.0.1:{port}"
        yield found
    finally:
        parts.stop()


def start(parts: supervisor.Supervisor, part: supervisor.Part) -> None:
    parts.start(part)
    parts.wait_ready(part.name)


def sandbox(parts: supervisor.Supervisor, speed: float) -> demo.Sandbox:
    found = demo.Sandbox(host.free_port())
    start(parts, found.part(VAR_DIR / "sandbox.pickle"))
    found.call("PUT", "speed", {"speed": speed})
    os.environ.update(found.workers_env())
    return found


def somebody() -> User:
    return User.objects.get_or_create(username="bench", defaults={"is_superuser": True, "is_staff": True})[0]


def somewhere(**fields: Any) -> Environment:
    kept = {"account": ACCOUNT, "regions": ["eu-central-1"], "changes_at_once": 1000, **fields}
    return Environment.objects.update_or_create(name="bench", defaults=kept)[0]


def until(condition: Callable[[], Any], seconds: float = 120, every: float = 0.005) -> Any:
    """Wait for the condition, looking every so many seconds. Raises TimeoutError."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(every)
    raise TimeoutError(f"not within {seconds} s")


def ended(run: Run, seconds: float = 300) -> Run:
    def over() -> bool:
        run.refresh_from_db()
        return not run.is_open

    until(over, seconds, every=0.1)  # seldom: a look costs what the workers could use
    return run
