"""The engine driven by hand on a sandbox, and sweeps of checks that only these tests know."""

import itertools
from datetime import timedelta

import pytest

from opsportal import catalog, checks, clock, runs
from opsportal.models import Step
from tasks import engine
from tasks.runbooks import RUNBOOKS
from tests import factories
from tests.engine.conftest import drive, hand
from tests.stacks.conftest import account
from tests.sweeps.declared import CHECKS

__all__ = ["account", "drive", "hand"]
numbers = itertools.count(1)


@pytest.fixture(autouse=True)
def _known(monkeypatch):
    monkeypatch.setattr(checks, "_checks", dict(checks._checks))
    checks.register(CHECKS)
    catalog.register(RUNBOOKS)


@pytest.fixture
def here(sandbox, account, settings):
    """An environment in an account of its own, and nothing left of it in the log."""
    settings.AWS_ENDPOINT = sandbox.url
    yield factories.environment(account=account)
    sandbox.clear_faults()


@pytest.fixture
def ec2(sandbox, account):
    return sandbox.client("ec2", "eu-central-1", account)


@pytest.fixture
def sweep(here, drive):
    """Runs a sweep of these checks to its end."""

    def sweep(*names, **params):
        run = start(here, *names, **params)
        return drive(run)

    return sweep


def start(environment, *names, **params):
    given = {"checks": list(names), **params}
    return runs.start("sweep", environment, given, factories.user(), f"sweep-{next(numbers)}")


def step_of(run, region="eu-central-1"):
    return Step.objects.get(run=run, key=region)


def look(run):
    """Somebody looks at the sweep's step now, whenever its time is and whoever held it."""
    past = clock.now() - timedelta(seconds=1)
    Step.objects.filter(pk=step_of(run).pk).update(wake_at=past, lease_until=past)
    engine.advance(step_of(run).pk)
    run.refresh_from_db()
    return run


def planned(environment, *names, **params):
    """A sweep whose steps are there and not yet looked at."""
    run = start(environment, *names, **params)
    engine.advance(run.steps.get(key="plan").pk)
    return run


def asked(sandbox, account, action):
    """The calls of this action in the sandbox's log."""
    return [c for c in sandbox.log()["calls"] if c["account"] == account and c["action"] == action]
