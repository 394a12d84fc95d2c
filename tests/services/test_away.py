"""The database's server goes away for longer than a lease, and comes back: refused, cut off, then there again."""

import json
import urllib.request
from time import sleep
from urllib.error import HTTPError
from urllib.parse import urlsplit

import pytest
from django.db import connection

from opsportal import clock
from tests import factories
from tests.engine.conftest import numbers
from tests.live.aws import cookie, portal
from tests.live.conftest import LEASE, database_url, ended, until
from tests.services.relay import Relay


@pytest.fixture
def relay(host):
    """The only way of the host's processes to the database; the tests have another one."""
    server = connection.settings_dict
    relay = Relay((server["HOST"], int(server["PORT"])))
    way = urlsplit(database_url())
    login = way.netloc.rpartition("@")[0]
    host.env["DATABASE_URL"] = way._replace(netloc=f"{login}@127.0.0.1:{relay.port}").geturl()
    yield relay
    relay.shut()


def leased(run):
    return run.steps.filter(lease_until__gt=clock.now())


def asked(url, **headers):
    """The status and the text of an answer."""
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=30) as answer:
            return answer.status, answer.read().decode()
    except HTTPError as error:
        return error.code, error.read().decode()


def refused(url):
    found = asked(url)
    return found if found[0] != 200 else None


def test_a_run_is_finished_once_the_server_is_back(host, relay, tmp_path):
    host.worker()
    do = {"a": "busy:2", "b": "talk:3", "c": "wait:5,0.3", "e": "change"}
    run = factories.start({"a": [], "b": [], "c": [], "d": ["a", "b", "c"], "e": ["d"]}, do=do, folder=str(tmp_path))
    until(lambda: leased(run).exists())
    relay.shut()
    run.refresh_from_db()
    seen = run.events
    until(lambda: not leased(run).exists())
    sleep(float(LEASE))  # as long again it is away
    run.refresh_from_db()
    assert (run.events, run.is_open) == (seen, True)
    relay.open()
    assert ended(run).status == "succeeded"
    assert numbers(run) == list(range(1, run.events + 1))
    assert run.steps.filter(fence__gt=1).exists()


def test_the_portal_says_what_is_away_and_answers_when_it_is_back(host, relay):
    url, headers = portal(host), {"Cookie": cookie(factories.user())}
    assert asked(f"{url}/readyz")[0] == 200
    relay.shut()
    assert asked(f"{url}/livez")[0] == 200
    status, text = until(lambda: refused(f"{url}/readyz"))  # what was seen is good for a moment
    assert (status, json.loads(text)["checks"]["database"]["ok"]) == (503, False)
    status, text = asked(f"{url}/admin/opsportal/run/", **headers)
    assert (status, "The database does not answer" in text) == (503, True)
    relay.open()
    assert asked(f"{url}/admin/opsportal/run/", **headers)[0] == 200
    until(lambda: not refused(f"{url}/readyz"))
