"""Drives the real engine in this process: nudges are collected, and `drive` delivers them."""

from datetime import timedelta

import pytest

from opsportal import clock, nudges
from opsportal.models import Run, Step
from tasks import engine


class Hand:
    """Stands where Celery would: keeps the nudges, and advances whatever may be claimed."""

    def __init__(self):
        self.sent = []

    def send(self, nudges):
        self.sent += [nudge.step_id for nudge in nudges]

    def drive(self, run, rounds=60):
        """Advance every claimable step until only questions, locks and ended steps are left."""
        for _ in range(rounds):
            ready = Step.objects.filter(run=run, status__in=("due", "queued"), wake_at__lte=clock.now())
            ids = list(ready.values_list("pk", flat=True))
            before = list(ready.values_list("status", flat=True))
            for pk in ids:
                engine.advance(pk)
            if not ids or (set(before) == {"queued"} and not Step.objects.filter(run=run, status="due").exists()):
                break
        run.refresh_from_db()
        return run


@pytest.fixture(autouse=True)
def hand(monkeypatch, transactional_db):
    hand = Hand()
    monkeypatch.setattr(nudges, "send", hand.send)
    return hand


@pytest.fixture
def drive(hand):
    return hand.drive


def statuses(run: Run) -> dict[str, str]:
    return dict(run.steps.values_list("key", "status"))


def numbers(run: Run) -> list[int]:
    return list(run.lines.values_list("number", flat=True))


def texts(run: Run) -> str:
    return "\n".join(run.lines.values_list("text", flat=True))


def let_lease_expire(step: Step) -> None:
    """As if the worker that holds the step had died long ago."""
    past = clock.now() - timedelta(seconds=1)
    Step.objects.filter(pk=step.pk).update(lease_until=past, nudge_at=past)
