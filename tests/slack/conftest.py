"""A simulated workspace for the tests of what comes from Slack, one process for all of them."""

from pathlib import Path

import pytest
from django.conf import settings

from opsportal import nudges
from opsportal.hosting import supervisor
from opsportal.live.hints import broker
from opsportal.slack import bucket
from sandbox.slack import process
from tests import factories

from .sends import Sends

MINA, JONAS, AMARA = "U0MINAKIM1", "U0JONASW01", "U0AMARA001"


@pytest.fixture(scope="session")
def workspace():
    started = process.start()
    yield started
    started.stop()


@pytest.fixture
def slack(workspace, settings, monkeypatch):
    """The workspace as new, and the portal in it; nothing looks for a broker."""
    workspace.reset()
    settings.SLACK_API_URL, settings.SLACK_BOT_TOKEN = workspace.api, "xoxb-sandbox"
    settings.SLACK_APP_TOKEN, settings.SLACK_SIGNING_SECRET = "xapp-sandbox", "sandbox-signing-secret"
    monkeypatch.setattr(nudges, "send", lambda nudges: None)
    return workspace


@pytest.fixture
def team(slack):
    return slack.control("GET", "")["team"]


@pytest.fixture
def mina():
    """An operator and approver of all environments, with the address that Slack knows of mina."""
    return factories.user(username="mina", email="Mina@Example.com")


@pytest.fixture(scope="session")
def store():
    """The Valkey that the budget of calls is kept in."""
    running = supervisor.Supervisor()
    running.start(supervisor.valkey(Path(settings.VAR_DIR)))
    running.wait_ready("valkey")
    yield
    running.stop()


@pytest.fixture
def sends(slack, settings, store):
    """Rounds against the workspace, whose clock and whose budget are a hundred times as quick."""
    slack.set(speed=100.0)
    settings.SLACK_API_SPEED = 100.0
    broker().delete(*(broker().keys(f"{bucket.PREFIX}*") or ["none"]))
    return Sends(slack)
