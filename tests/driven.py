"""The engine driven by hand on the sandbox with the product's runbooks, for tests of what changes resources."""

import time
from datetime import timedelta

import pytest

from opsportal import catalog, clock
from opsportal.models import Step
from tasks.runbooks import RUNBOOKS
from tests import factories
from tests.stacks.conftest import FAST

REGION = "eu-central-1"
PAUSE = 0.01  # seconds between two looks: AWS needs some, too


@pytest.fixture
def here(sandbox, account, settings, monkeypatch):
    """An environment in an account of its own."""
    settings.AWS_ENDPOINT = sandbox.url
    monkeypatch.setattr(catalog, "_runbooks", dict(catalog._runbooks))
    catalog.register(RUNBOOKS)
    yield factories.environment(account=account)
    sandbox.clear_faults()
    sandbox.speed(FAST)


class Driven:
    """Drives runs on an environment, and tells what they sent to AWS."""

    services: tuple[str, ...] = ()

    def __init__(self, sandbox, environment, drive):
        self.sandbox, self.environment, self.drive = sandbox, environment, drive
        self.use(environment.account)

    def use(self, account):
        """Clients of this account, by their services' names."""
        for service in self.services:
            setattr(self, service, self.sandbox.client(service, REGION, account))

    def age(self, kind, ident, **span):
        created = (clock.now() - timedelta(**span)).isoformat()
        self.sandbox.age(kind, ident, REGION, self.environment.account, created=created)

    def finish(self, run, looks=10_000, seconds=20):
        """Drive it to its end or to a question, without waiting for its next look; so many, and so long, at most."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and (looks := looks - 1) >= 0:
            self.drive(run)
            run.refresh_from_db()
            past = clock.now() - timedelta(seconds=1)
            if not Step.objects.filter(run=run, status="due").update(wake_at=past):
                break
            time.sleep(PAUSE)
        return run

    def calls(self, *actions):
        """Those of the sandbox's log."""
        calls = self.sandbox.log()["calls"]
        return [call for call in calls if call["account"] == self.environment.account and call["action"] in actions]
