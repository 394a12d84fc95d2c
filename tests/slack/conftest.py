"""A simulated workspace for the tests of what comes from Slack, one process for all of them."""

import pytest

from opsportal import nudges
from sandbox.slack import process
from tests import factories

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
