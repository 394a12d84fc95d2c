"""A thousand environments swept at once: how much of the calls that may be in flight is used, and by whom."""

import json
import os
import statistics
import sys
import time
import urllib.request
from typing import Any

from opsportal import checks, runs
from opsportal.hosting import host, supervisor
from opsportal.models import Environment, Run, Step

from . import empty, estate, processes

PLACES, CHECKS = 1000, 20
PROCESSES, IN_FLIGHT = 2, 10
SETTLED = 100  # sweeps after which a process has all it needs
LONGEST = 1800.0
LEFT_OUT = ("lambda-oversized", "s3-incomplete-uploads", "s3-without-lifecycle")  # asked in ways it does not know
ACCOUNT = 800_000_000_000
NEEDED = {"AWS_ACCESS_KEY_ID": "bench", "AWS_SECRET_ACCESS_KEY": "bench", "AWS_ENDPOINT_SPEED": "1"}


def chosen() -> list[str]:
    """Twenty of the cost checks."""
    cost = [each.name for each in checks.checks() if each.group == "cost" and each.name not in LEFT_OUT]
    return cost[:CHECKS]


def aws(parts: supervisor.Supervisor) -> str:
    """Start it; workers that are started later call it."""
    port = host.free_port()
    argv = [sys.executable, "-m", "bench.empty", str(port)]
    estate.start(parts, supervisor.Part("aws", argv, ready=lambda: host.serves("127.0.0.1", port)))
    os.environ.update({**NEEDED, "AWS_ENDPOINT": f"http://127.0.0.1:{port}"})
    return os.environ["AWS_ENDPOINT"]


def start() -> None:
    """A sweep of each environment, before there is a worker."""
    given = {"checks": chosen()}
    for number in range(PLACES):
        account = str(ACCOUNT + number)
        role = f"arn:aws:iam::{account}:role/opsportal"
        fields = {"account": account, "regions": ["eu-west-1"], "role_arn": role}
        where = Environment.objects.update_or_create(name=f"crowd-{number}", defaults=fields)[0]
        runs.start("sweep", where, given, estate.somebody(), f"crowd-{number}")


def watched(worker: int) -> list[float]:
    """MiB of the worker's larger process once it has settled, and at the end."""
    rows, held, end = Run.objects.filter(key__startswith="crowd-"), list[float](), time.monotonic() + LONGEST
    while left := rows.filter(status__in=Run.OPEN).count():
        assert time.monotonic() < end, f"{left} sweeps are not over"
        if not held and PLACES - left >= SETTLED:
            held.append(processes.resident(worker))
        time.sleep(0.5)
    assert not rows.exclude(status=Run.Status.SUCCEEDED).exists()
    return [*held, processes.resident(worker)]


def sweeps() -> list[tuple[float, float]]:
    """When each sweep began and ended, in seconds, in the order of beginning."""
    found = Step.objects.filter(run__key__startswith="crowd-", action="sweep").values_list("started_at", "ended_at")
    return sorted((begun.timestamp(), ended.timestamp()) for begun, ended in found)


def overtaken(times: list[tuple[float, float]]) -> int:
    """By how many sweeps that began later a sweep was overtaken at most."""
    ends = [ended for _, ended in times]
    return max(sum(other < end for other in ends[n + 1 :]) for n, end in enumerate(ends))


def told(count: dict[str, Any]) -> tuple[str, str, str]:
    """The rate from the first call to the last."""
    rate, allowed = count["calls"] / (count["last"] - count["first"]), PROCESSES * IN_FLIGHT / empty.SECONDS
    what = (
        f"{estate.database()}: {PLACES:,} environments × {CHECKS} checks, AWS answers in {empty.SECONDS * 1000:.0f} ms"
    )
    text = f"{count['calls']:,} calls, {rate:.0f} ÷ {allowed:.0f} a second = {rate / allowed:.2f}"
    return (f"{what}, {PROCESSES} processes with {IN_FLIGHT} calls in flight each", text, "≥ 0.5")


def rows() -> list[tuple[str, str, str]]:
    os.environ["AWS_REQUESTS_PER_SECOND"] = "100000"
    with estate.running(workers=()) as found:
        parts = found["supervisor"]
        url = aws(parts)
        start()
        estate.start(parts, estate.WORKER)
        before, after = watched(parts.running[estate.WORKER.name].pid)
        with urllib.request.urlopen(url) as counted:
            count = json.load(counted)
    times = sweeps()
    took = [ended - begun for begun, ended in times]
    spread = f"{statistics.median(took):.2f} s, {max(took):.2f} s, {overtaken(times)} of {PLACES:,}"
    memory = f"{after:.0f} ÷ {before:.0f} MiB = {after / before:.2f}"
    return [
        told(count),
        (f"the same, memory of a process at the end ÷ after {SETTLED} sweeps", memory, "flat"),
        ("the same, a sweep from beginning to end: p50, most; overtaken by later ones at most", spread, "none starves"),
    ]
