"""What a team's years of work cost: home and the list of runs over 50,000 runs, and a purge while runs go on."""

import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from celery import current_app
from django.core.management import call_command
from django.db import connection
from django.db.models import QuerySet
from django.test import Client
from django.test.utils import CaptureQueriesContext

from opsportal import clock, runs
from opsportal.models import Environment, Event, Heartbeat, Run
from opsportal.upkeep import retention

from . import estate
from .engine import latency

RUNS, STEPS, LINES, PLACES = 50_000, 4, 20, 20
VISITS, ENOUGH = 40, 30.0  # a slow page is visited for that many seconds only
LONGEST = 1800  # seconds of a purge
SHORT = 10  # steps of a run beside a purge
RUN_LIST = "/admin/opsportal/run/"
PAGES = {
    "home": "/admin/",
    "list of runs": RUN_LIST,
    "list of runs, failed ones": f"{RUN_LIST}?status__exact=failed",
    "list of runs, one environment": f"{RUN_LIST}?environment__id__exact={{place}}",
    "list of runs, page 15": f"{RUN_LIST}?p=15",
}
STATUSES = ("succeeded", "succeeded", "succeeded", "failed", "cancelled")


def fill(runs: int) -> None:
    """Runs that ended 100 to 360 days ago, each with steps and lines, in twenty environments."""
    known = {"account": estate.ACCOUNT, "regions": ["eu-central-1"]}
    names = [f"team-{n}" for n in range(PLACES)]
    places = [Environment.objects.get_or_create(name=name, defaults=known)[0] for name in names]
    now, by, have = clock.now(), estate.somebody(), Run.objects.filter(caller="team").count()
    span = timedelta(days=250) / RUNS
    rows = (run(n, places[n % PLACES], by, now - timedelta(days=360) + n * span) for n in range(have, runs))
    Run.objects.bulk_create(rows, batch_size=1000)
    spread("step", STEPS, have, STEP)
    spread("event", LINES, have, LINE)


def run(n: int, place: Environment, by: Any, at: Any) -> Run:
    status, took = STATUSES[n % len(STATUSES)], timedelta(seconds=60)
    known = {"runbook": "bench.steps", "caller": "team", "key": str(n), "params": {"steps": STEPS}, "events": LINES}
    return Run(**known, environment=place, requested_by=by, status=status, created_at=at, ended_at=at + took)


STEP = """INSERT INTO opsportal_step (run_id, {quoted}, position, action, queue, phase, gate, needs, undo_needs, locks,
  lock_versions, input, status, nudges, fence, takeovers, failures, try_no, acted, unchanged, memory, memory_version,
  output, reason, cause, note, progress_done, progress_of, budget, timeout, started_at, ended_at)
SELECT r.id, {name}, n.n, 'nothing', 'engine', 'do', {no}, '[]', '[]', '[]', '{{}}', '{{}}', 'succeeded', 0, 1, 0, 0, 1,
  {no}, {no}, '{{}}', 1, '{{}}', '', '', '', 0, 0, 600, 600, r.created_at, r.ended_at
FROM opsportal_run r CROSS JOIN ({numbers}) n WHERE r.caller = 'team' AND r.id > {after}"""
LINE = """INSERT INTO opsportal_event (run_id, number, at, level, step_key, text, data)
SELECT r.id, n.n, r.created_at, 'info', 's000', 'A line as long as most lines of a deployment are, with a name.', '{{}}'
FROM opsportal_run r CROSS JOIN ({numbers}) n WHERE r.caller = 'team' AND r.id > {after} ORDER BY r.id, n.n"""


def spread(what: str, each: int, have: int, statement: str) -> None:
    """That many rows for each run but for the first `have`, by one statement."""
    after = list(Run.objects.filter(caller="team").order_by("pk").values_list("pk", flat=True)[:have])[-1:] or [0]
    words = {
        "numbers": " UNION ALL ".join(f"SELECT {n} AS n" for n in range(1, each + 1)),
        "after": after[0],
        "no": "false",
        "quoted": connection.ops.quote_name("key"),
        "name": "CONCAT('s', n.n)" if connection.vendor == "mysql" else "'s' || n.n",
    }
    with connection.cursor() as cursor:
        cursor.execute(statement.format(**words))
        if connection.vendor != "mysql":
            cursor.execute("ANALYZE")


def pages() -> list[tuple[str, str, str]]:
    """p95 of each page in this process, and that the queries stay as many whatever the number of runs."""
    client = Client(headers={"host": "localhost"})
    client.force_login(estate.somebody(), backend="django.contrib.auth.backends.ModelBackend")
    fill(1000)
    few = {name: queries(client, address) for name, address in addresses().items()}
    fill(RUNS)
    many = {name: queries(client, address) for name, address in addresses().items()}
    assert few == many, f"queries grew: {few} → {many}"
    what = f"{RUNS:,} runs, {RUNS * LINES:,} lines"
    return [
        (f"{name}, {what}, p50, p95", timed(client, address, many[name]), "p95 ≤ 300 ms")
        for name, address in addresses().items()
    ]


def addresses() -> dict[str, str]:
    place = Environment.objects.get(name="team-0").pk
    return {name: address.format(place=place) for name, address in PAGES.items()}


def queries(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200, address
    return len(asked)


def timed(client: Client, address: str, asked: int) -> str:
    """p50 and p95 of a page, and how many queries it takes."""
    took: list[float] = []
    while len(took) < VISITS and sum(took) < ENOUGH * 1000:
        begin = time.perf_counter()
        client.get(address)
        took.append((time.perf_counter() - begin) * 1000)
    return f"{statistics.median(took):.0f} ms, {p95(took):.0f} ms, {asked} queries"


def p95(values: list[float]) -> float:
    return sorted(values)[int(len(values) * 0.95)]


def purge() -> list[tuple[str, str, str]]:
    """Nudges and runs before and during the whole of a purge of all lines by the workers."""
    with estate.running():
        looks()
        before = [looks() for _ in range(3)]
        total, begin, during = lines().count(), time.monotonic(), list[Looks]()
        Heartbeat.objects.update_or_create(name=retention.NAME, defaults={"at": clock.now() - timedelta(days=2)})
        current_app.send_task("tasks.worker.purge", queue="notify")
        while lines().exists():
            assert time.monotonic() - begin < LONGEST, "the purge does not end"
            during.append(looks())
        pace = f"; {total:,} lines, {total / (time.monotonic() - begin):,.0f} a second"
    return [
        ("nudge to step start", compared([each.nudges for each in before], [each.nudges for each in during]), "≤ 2 ×"),
        (
            f"a run of {SHORT} steps",
            compared([each.runs for each in before], [each.runs for each in during]) + pace,
            "≤ 2 ×",
        ),
    ]


@dataclass(frozen=True)
class Looks:
    """Milliseconds: from a nudge to the start of the step's code, and from the start of a run to its end."""

    nudges: list[float]
    runs: list[float]


def looks() -> Looks:
    return Looks(latency(), [took() for _ in range(20)])


def took() -> float:
    run = runs.start("bench.steps", estate.somewhere(), {"steps": SHORT}, estate.somebody(), f"short-{time.time()}")
    over = estate.ended(run)
    assert over.status == Run.Status.SUCCEEDED
    assert over.ended_at
    return (over.ended_at - over.created_at).total_seconds() * 1000


def compared(before: list[list[float]], during: list[list[float]]) -> str:
    one, other = (p95([each for part in parts for each in part]) for parts in (before, during))
    return (
        f"p95 without → during a purge {one:.1f} → {other:.1f} ms = {other / one:.2f}, {sum(map(len, during)):,} times"
    )


def lines() -> "QuerySet[Event]":
    return Event.objects.filter(run__caller="team")


def rows() -> Iterator[tuple[str, str, str]]:
    call_command("migrate", verbosity=0)
    for section in (pages, purge):
        for what, measured, target in section():
            yield f"{estate.database()}: {what}", measured, target
