"""How fast steps go through the engine, against plain Celery on the same broker and the same two processes."""

import statistics
import time

from celery import current_app

from . import estate
from .estate import Run
from .runbooks import plain

RUNS, STEPS = 20, 50
NUDGES = 200


def durable() -> float:
    """Steps a second: runs of 50 steps that do nothing, from the first step's start to the last one's end."""
    from opsportal import runs
    from opsportal.models import Step

    where, by = estate.somewhere(), estate.somebody()
    started = [runs.start("bench.steps", where, {"steps": STEPS}, by, f"steps-{n}-{time.time()}") for n in range(RUNS)]
    for run in started:
        assert estate.ended(run).status == Run.Status.SUCCEEDED
    rows = Step.objects.filter(run__in=started)
    first = rows.order_by("started_at").values_list("started_at", flat=True)[0]
    last = rows.order_by("-ended_at").values_list("ended_at", flat=True)[0]
    return rows.count() / (last - first).total_seconds()


def celery() -> float:
    """Plain tasks a second: sent by one loop, counted in Redis by the task itself."""
    from opsportal.live.hints import broker

    key = f"bench-{time.time()}"
    begin = time.perf_counter()
    for _ in range(RUNS * STEPS):
        plain.apply_async((key,), queue="engine")
    estate.until(lambda: int(broker().get(key) or 0) >= RUNS * STEPS)
    return RUNS * STEPS / (time.perf_counter() - begin)


def latency() -> list[float]:
    """Milliseconds from a nudge to the start of the step's own code, on idle workers."""
    from opsportal import clock, nudges, runs
    from opsportal.models import Step

    run = runs.start("bench.stamp", estate.somewhere(), {}, estate.somebody(), f"stamp-{time.time()}")
    step = run.steps.get()
    estate.until(lambda: seen(step))
    sent: list[float] = []
    for n in range(NUDGES):
        Step.objects.filter(pk=step.pk).update(wake_at=clock.now())
        sent.append(time.time())
        nudges.send([nudges.Nudge(step.pk, step.queue)])
        estate.until(lambda n=n: len(seen(step)) == n + 2)
    return [(at - when) * 1000 for at, when in zip(seen(step)[1:], sent, strict=True)]


def seen(step: "estate.Any") -> list[float]:
    step.refresh_from_db()
    return list(step.memory.get("seen", []))


def warm() -> None:
    """Let the worker's processes import what they need."""
    current_app.send_task("bench.runbooks.plain", ("warm",), queue="engine")
    durable()


def rows() -> list[tuple[str, str, str]]:
    with estate.running():
        warm()
        pairs = [(durable(), celery()) for _ in range(3)]
        delays = latency()
    ratios = sorted(a / b for a, b in pairs)
    ours, theirs = (statistics.median(column) for column in zip(*pairs, strict=True))
    name = estate.database()
    return [
        (
            f"{name}: durable no-op steps a second ÷ plain Celery's",
            f"{ours:.0f} ÷ {theirs:.0f} = {ratios[1]:.2f}",
            "≥ 0.3",
        ),
        (f"{name}: nudge to step start, idle, p50", f"{statistics.median(delays):.1f} ms", "≤ 5 ms"),
        (f"{name}: nudge to step start, idle, p99", f"{sorted(delays)[int(len(delays) * 0.99)]:.1f} ms", ""),
    ]
