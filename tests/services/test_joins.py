"""Invariant 3 at length: parallel steps end at the same time, people cancel meanwhile, and no join is lost.

Four processes look for due steps by themselves and advance them. There is no pump that would mend a lost join, and an
error that gets out of the engine, a deadlock first of all, ends its process.
"""

import multiprocessing
import os
import random
from contextlib import suppress

import pytest
from django.db import connections
from django.db.models import Count, F, Max

from opsportal import catalog, nudges, runs
from opsportal.catalog import Action, Runbook, StepSpec
from opsportal.contexts import Done
from opsportal.errors import Refused
from opsportal.models import Run, Step
from tasks import engine
from tests import factories, runbooks
from tests.live.conftest import until

RUNS = 1000 if os.environ.get("SOAK") else 500  # on each of two databases
PARALLEL, CANCELS, PROCESSES = 8, 0.2, 4
KEYS = tuple(f"s{n}" for n in range(PARALLEL))
BOOK = Runbook(
    name="test.join",
    title="A join",
    summary="Steps side by side, and one that needs them all.",
    params=runbooks.Shape,
    plan=(*(StepSpec(key, "do") for key in KEYS), StepSpec("join", "do", needs=KEYS)),
    actions={"do": Action(run=lambda ctx: Done())},
)
FORK = multiprocessing.get_context("fork")


@pytest.fixture
def over(transactional_db, monkeypatch):
    """Set it, and the processes end."""
    monkeypatch.setattr(nudges, "send", lambda sent: None)
    monkeypatch.setitem(catalog._runbooks, BOOK.name, BOOK)
    over = FORK.Event()
    yield over
    over.set()


def advance(over, share):
    """Advance what is due of this share of all steps, until it is over; the steps of a run are in all shares.

    Every other process goes on in the run it came to, and meets those that do one step of it and leave.
    """
    engine.SLICE *= share % 2
    mine = Step.objects.annotate(share=F("pk") % PROCESSES).filter(share=share, status="due").order_by("nudge_at")
    while not over.is_set():
        due = list(mine.values_list("pk", flat=True)[:20])
        for pk in due:
            engine.advance(pk)
        if not due:
            over.wait(0.01)


def hands(over):
    """The processes, at work; each makes a session of its own."""
    connections.close_all()
    at_work = [FORK.Process(target=advance, args=(over, share), daemon=True) for share in range(PROCESSES)]
    for process in at_work:
        process.start()
    return at_work


def cancel_some(chance, started, by):
    """Now and then, cancel one of the newest runs; it may be over already."""
    if chance.random() < CANCELS:
        with suppress(Refused):
            runs.cancel(chance.choice(started[-20:]).pk, by)


def begin(chance):
    where, by, started = factories.environment(), factories.user(), []
    for number in range(RUNS):
        started.append(runs.start(BOOK.name, where, {"graph": {}}, by, f"run-{number}"))
        cancel_some(chance, started, by)


def finished(processes):
    assert all(process.is_alive() for process in processes), "a process ended; its error is above"
    return not Run.objects.filter(status__in=Run.OPEN).exists()


@pytest.mark.timeout(900)
def test_no_join_is_lost_and_no_deadlock_gets_out(over):
    processes = hands(over)
    begin(random.Random(1))
    until(lambda: finished(processes), 800)
    ends = dict(Run.objects.values_list("status").annotate(n=Count("pk")))
    assert set(ends) == {"succeeded", "cancelled"}
    assert Step.objects.filter(key="join", status="succeeded", run__status="succeeded").count() == ends["succeeded"]
    counted = Run.objects.annotate(n=Count("lines"), last=Max("lines__number"))
    assert not counted.exclude(n=F("events"), last=F("events")).exists()
    over.set()
    for process in processes:
        process.join(10)
    assert [process.exitcode for process in processes] == [0] * PROCESSES
