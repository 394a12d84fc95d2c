"""A real Chromium on the real web process, with a database file and a Valkey shared with the tests."""

import os
import socket
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from playwright.sync_api import expect

from opsportal.hosting import supervisor
from sandbox.slack import process
from tests import chromium, factories

os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright keeps a loop in this thread; our queries don't run in it
expect.set_options(timeout=10_000)  # a line whose hint was lost is found by the comparison every five seconds


COMPANY = {"OIDC_ISSUER": "https://id.example.com", "OIDC_CLIENT_ID": "ops", "OIDC_CLIENT_SECRET": "s"}  # never asked


@pytest.fixture(scope="package")
def workspace():
    """A workspace of Slack, in which people are looked up."""
    started = process.start()
    yield started
    started.stop()


@pytest.fixture(scope="package")
def site(django_db_setup, django_db_blocker, workspace):
    """The address of the portal."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with django_db_blocker.unblock():
        database = connection.settings_dict["NAME"]
    env = {"DATABASE_URL": f"sqlite:///{database}", "PYTHONPATH": os.getcwd(), "PUBLIC_URL": f"http://127.0.0.1:{port}"}
    env |= {"SLACK_API_URL": workspace.api, "SLACK_BOT_TOKEN": "xoxb-sandbox", "OIDC_NAME": "Example Corp", **COMPANY}
    here = supervisor.Supervisor(logs=Path(settings.VAR_DIR) / "logs")
    web = supervisor.web("127.0.0.1", port, ready=lambda: listens(port))
    for part in (supervisor.valkey(Path(settings.VAR_DIR)), supervisor.Part("web", web.argv, env, web.ready)):
        here.start(part)
        here.wait_ready(part.name)
    yield f"http://127.0.0.1:{port}"
    here.stop()


def listens(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(scope="package")
def chrome():
    with chromium.running() as browser:
        yield browser


@pytest.fixture
def person(transactional_db):
    return factories.user()


@pytest.fixture
def sign_in(site, chrome, transactional_db):
    """Opens a browser window for a person; any error in its console fails the test."""
    contexts, troubles = [], []

    def open_window(person, **options):
        context = chrome.new_context(base_url=site, **options)
        cookie = {"name": settings.SESSION_COOKIE_NAME, "value": factories.session(person), "url": site}
        context.add_cookies([cookie])
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: troubles.append(str(error)))
        return page

    yield open_window
    for context in contexts:
        context.close()
    assert troubles == []


@pytest.fixture
def browser_page(sign_in, person):
    return sign_in(person)
