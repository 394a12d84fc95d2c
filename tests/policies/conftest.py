"""A sweep and a check that only these tests know, and policies of them; nudges are kept."""

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import BaseModel, Field

from opsportal import catalog, checks, clock, firings, nudges, policies
from opsportal.catalog import Action, Runbook, StepSpec
from opsportal.checks import Check
from opsportal.contexts import Done
from opsportal.models import Environment, Firing, Policy
from tests import factories

_numbers = itertools.count(1)


class Limits(BaseModel):
    days: int = Field(14, title="Days", ge=1)
    least: float = 0.5


class Sweep(BaseModel):
    checks: list[str]
    regions: list[str] = []
    limits: dict[str, dict[str, Any]] = {}


CHECKS = {
    name: Check(name, title, "Says so.", "cost", "low", Limits, lambda read, limits: (), lambda facts, limits: None)
    for name, title in (("disk_idle", "Idle disks"), ("address_idle", "Idle addresses"))
}
SWEEP = Runbook(
    name="sweep",
    title="Sweep",
    summary="Reads nothing.",
    params=Sweep,
    plan=(StepSpec("only", "look"),),
    actions={"look": Action(run=lambda ctx: Done())},
)


class Sent:
    """What would have gone to the broker: ids of steps, and of policies."""

    def __init__(self):
        self.steps, self.policies = [], []


@pytest.fixture(autouse=True)
def sent(monkeypatch, settings, transactional_db):
    sent, settings.EMAIL_FROM = Sent(), "opsportal@example.com"
    monkeypatch.setattr(nudges, "send", lambda found: sent.steps.extend(nudge.step_id for nudge in found))
    monkeypatch.setattr(nudges, "fire", sent.policies.extend)
    monkeypatch.setitem(catalog._runbooks, "sweep", SWEEP)
    for name, check in CHECKS.items():
        monkeypatch.setitem(checks._checks, name, check)
    return sent


def administrator(**fields):
    return factories.user("view_environment", "operate_environment", "change_environment", **fields)


def policy(places=None, by=None, **fields) -> Policy:
    """A policy that is due at 13:00 in Berlin, saved as the admin saves it."""
    known = {"name": f"nightly {next(_numbers)}", "params": {"checks": ["disk_idle"]}, "cron": "0 13 * * *"}
    made = Policy(**{**known, "timezone": "Europe/Berlin"} | fields)
    policies.save(made, [factories.environment()] if places is None else places, by or administrator())
    return made


def at(text) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def due(made: Policy, text="2026-06-01 11:00") -> Policy:
    """The policy as if its next time were this one (UTC)."""
    Policy.objects.filter(pk=made.pk).update(next_due=at(text))
    made.refresh_from_db()
    return made


def fired(made: Policy) -> Firing:
    """Its firing of this midnight, at midnight: later in the day one of noon would be all there is to fire."""
    due(made, f"{clock.now():%Y-%m-%d} 00:00")
    firings.look(made.pk, made.next_due)
    Policy.objects.filter(pk=made.pk).update(next_due=clock.now() + timedelta(days=1))
    return made.firings.first()


def end(firing: Firing, status="succeeded") -> None:
    firing.runs.update(status=status, ended_at=clock.now())


def where(firing: Firing) -> list[Environment]:
    return [run.environment for run in firing.runs.order_by("pk")]
