"""One workspace process for all of these tests, as new for each, and an app that listens by Socket Mode."""

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from sandbox.slack import process
from tests.sandbox.slack.app import App, until


@pytest.fixture(scope="session")
def running():
    started = process.start()
    yield started
    started.stop()


@pytest.fixture
def slack(running):
    running.reset()
    return running


@pytest.fixture
def client(slack):
    return WebClient(token="xoxb-sandbox", base_url=slack.api)


@pytest.fixture
def refused(client):
    """Calls what must be refused and gives the answer."""

    def call(method, **given):
        with pytest.raises(SlackApiError) as caught:
            client.api_call(method, json=given)
        return caught.value.response

    return call


@pytest.fixture
def channels(client):
    """Ids by name, of those that the bot sees."""
    found = client.conversations_list(types="public_channel,private_channel")["channels"]
    return {each["name"]: each["id"] for each in found}


@pytest.fixture(scope="session")
def connected(running):
    app = App(running)
    yield app
    app.close()


@pytest.fixture
def app(slack, connected):
    """The app, listening and without what it was sent before; `app.answers` is what it acknowledges with."""
    until(lambda: slack.control("GET", "")["sockets"] == 1)
    connected.begin()
    return connected
