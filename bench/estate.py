"""The processes a benchmark needs, from a clean state: a folder, a database and a broker of its own."""

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
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
from django.db import connection  # noqa: E402

from opsportal.hosting import demo, host, supervisor  # noqa: E402
from opsportal.models import Environment, Run  # noqa: E402

ACCOUNT = "123456789012"  # whose the keys of the demo are
WORKER = supervisor.worker("worker", "engine,long,notify,pump", 2)


@contextmanager
def running(
    workers: Sequence[supervisor.Part] = (WORKER,), web: bool = False, speed: float | None = None
) -> Iterator[dict[str, Any]]:
    """Valkey, these workers and, if wanted, the portal and a sandbox at this speed."""
    parts = supervisor.Supervisor(logs=VAR_DIR / "logs")
    found: dict[str, Any] = {"supervisor": parts}
    try:
        call_command("migrate", verbosity=0)
        start(parts, supervisor.valkey(VAR_DIR))
        if speed is not None:
            found["sandbox"] = sandbox(parts, speed)
        for worker in workers:
            start(parts, worker)
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
    """It keeps no file: writing one would hold up its answers. The workers know its speed."""
    found = demo.Sandbox(host.free_port())
    argv = [sys.executable, "-m", "sandbox", "--port", str(found.port), "--speed", str(speed)]
    start(parts, supervisor.Part("sandbox", argv, ready=found.ready))
    os.environ.update({**found.workers_env(), "AWS_ENDPOINT_SPEED": str(speed)})
    return found


def database() -> str:
    """What the database is called in a table."""
    return {"mysql": "MariaDB", "postgresql": "PostgreSQL"}.get(connection.vendor, "SQLite")


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
