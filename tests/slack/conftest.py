"""A simulated workspace for the tests of Slack, one process for all of them, and the bot in it."""

import json
import time
from pathlib import Path

import pytest
import yaml
from django.conf import settings
from django.test import Client
from slack_sdk.signature import SignatureVerifier

from config.env import ROOT
from opsportal import nudges
from opsportal.hosting import supervisor
from opsportal.live.hints import broker
from opsportal.slack import bucket, people, work
from opsportal.slack.people import Claim
from sandbox.slack import process
from tests import factories
from tests.docs.pages import blocks

from .bot import IDS, Acts, connected, until
from .sends import Sends

MINA, JONAS, AMARA = IDS["mina"], IDS["jonas"], IDS["amara"]
QUICK = 20.0  # times as fast as Slack's limits
AS_USUAL = {"ack_seconds": 3.0, "speed": QUICK, "events": ["app_mention", "app_home_opened", "message"]}
AS_USUAL |= dict.fromkeys(("events_url", "interactivity_url", "commands_url"), "")
MANIFEST = yaml.safe_load(blocks(ROOT / "docs/slack.md", "yaml")[0])
AS_USUAL |= {"scopes": MANIFEST["oauth_config"]["scopes"]["bot"]}  # more nobody gives the bot, and it has to do
SECRET = "sandbox-signing-secret"


def pytest_collection_modifyitems(items):
    """slack-sdk leaves the socket of a handshake that was refused to the garbage collector, which warns of it."""
    for item in items:
        if item.path.parent == Path(__file__).parent:
            item.add_marker(pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning"))


@pytest.fixture(scope="session")
def workspace():
    started = process.start(speed=QUICK)
    yield started
    started.stop()


@pytest.fixture
def slack(workspace, settings, monkeypatch):
    """The workspace as new, and the portal in it; nothing looks for a broker."""
    workspace.reset()
    workspace.clear_faults()
    workspace.set(**AS_USUAL)
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
    until(lambda: slack.control("GET", "")["sockets"] == 1)  # another test may have cut it off
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


@pytest.fixture
def deliver(slack, transactional_db):
    """Hands the app a payload by HTTP, signed as Slack would; the status it answers with, once all is done."""

    def send(payload, **headers):
        answer = post(payload, **headers)
        assert work.drained(10)
        return answer.status_code

    return send


def post(payload, secret=SECRET, at=None, signature=None):
    body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    at = str(int(time.time())) if at is None else at
    signature = signature or SignatureVerifier(secret).generate_signature(timestamp=at, body=body)
    headers = {"X-Slack-Request-Timestamp": at, "X-Slack-Signature": signature}
    kind = "application/json" if body.startswith(b"{") else "application/x-www-form-urlencoded"
    return Client().post("/slack/events", body, content_type=kind, headers=headers)


@pytest.fixture
def dev(transactional_db):
    return factories.environment(name="dev")


@pytest.fixture
def operator(transactional_db, known, mina):
    return known("mina", mina)


@pytest.fixture(scope="module")
def store():
    """The Valkey that the budget of calls is kept in, gone before another one serves the same folder."""
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
