"""A simulated workspace for the tests of what comes from Slack, one process for all of them, and the bot in it."""

import pytest

from opsportal import nudges
from opsportal.slack import people
from opsportal.slack.people import Claim
from sandbox.slack import process
from tests import factories

from .bot import IDS, Acts, connected

MINA, JONAS, AMARA = IDS["mina"], IDS["jonas"], IDS["amara"]
QUICK = 20.0  # times as fast as Slack's limits


@pytest.fixture(scope="session")
def workspace():
    started = process.start(speed=QUICK)
    yield started
    started.stop()


@pytest.fixture
def slack(workspace, settings, monkeypatch):
    """The workspace as new, and the portal in it; nothing looks for a broker."""
    workspace.reset()
    settings.SLACK_API_URL, settings.SLACK_BOT_TOKEN = workspace.api, "xoxb-sandbox"
    settings.SLACK_APP_TOKEN, settings.SLACK_SIGNING_SECRET = "xapp-sandbox", "sandbox-signing-secret"
    settings.SLACK_API_SPEED = QUICK
    monkeypatch.setattr(nudges, "send", lambda nudges: None)
    return workspace


@pytest.fixture(scope="session")
def connection(workspace):
    handler = connected(workspace)
    yield handler
    handler.close()


@pytest.fixture
def acts(slack, connection, transactional_db):
    """People who write to the bot, which works on this test's rows."""
    return Acts(slack)


@pytest.fixture
def team(slack):
    return slack.control("GET", "")["team"]


@pytest.fixture
def mina():
    """An operator and approver of all environments, with the address that Slack knows of mina."""
    return factories.user(username="mina", email="Mina@Example.com")


@pytest.fixture
def known(team):
    """Makes somebody of Slack this user of the portal."""

    def connect(name, user):
        people.connect(Claim(team, IDS[name]), user)
        return user

    return connect
