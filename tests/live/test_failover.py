"""Redis fails over as ElastiCache does it: open connections lead to a replica, and the name elsewhere after a while."""

import pytest

from config import doctor
from opsportal.live.hints import STREAM
from tasks.aws import budget
from tests import factories

from .aws import Browser, assert_created_once
from .conftest import SERVICE, ended, until
from .elasticache import Group
from .tls import Front, certificate

pytestmark = pytest.mark.skipif(SERVICE, reason="the role of a Redis that others use stays as it is")

FIRST = {"a": [], "b": []}
THEN = {f"s{n}": ["a", "b"] for n in range(8)} | {f"t{n}": [f"s{n}"] for n in range(8)}  # all processes send nudges
TALK = dict.fromkeys(FIRST, "talk:5") | dict.fromkeys(THEN, "talk:0.2")
WRITTEN = (STREAM, "opsportal:tally", "opsportal:workers", "opsportal:portals")


@pytest.fixture
def group(host, tmp_path):
    group = Group(host, tmp_path)
    host.env["REDIS_URL"] = group.url
    yield group
    group.stop()


@pytest.fixture(params=["plain", "TLS"])
def reached(request, host, group, tmp_path):
    """The workers and the portal reach the group in this way."""
    if request.param == "plain":
        yield
        return
    pem = certificate(tmp_path)
    front = Front(pem, str(group.name.server_address[1]))
    host.env |= {"REDIS_URL": f"rediss://localhost:{front.port}/0", "SSL_CERT_FILE": str(pem)}
    yield
    front.stop()


def test_a_run_goes_on_at_the_new_primary_and_nobody_stays_at_the_old_one(host, group, reached):
    host.worker()
    host.beat()
    run = factories.start(FIRST | THEN, do=TALK)
    browser = Browser(host, run)
    until(lambda: run.lines.count() > 20)
    group.fail_over()
    until(lambda: group.refused() > 10)
    group.rename()
    assert ended(run).status == "succeeded"
    assert browser.saw(run)
    until(lambda: group.other.exists(*WRITTEN) == len(WRITTEN))
    with group.tells_who_is_left():
        until(lambda: not group.left(), 90)


def test_a_deployment_goes_on_at_a_primary_that_comes_back(host, account, group):
    host.worker()
    run = account.deploy()
    browser = Browser(host, run)
    until(lambda: run.lines.count() >= 5)
    group.fail_over()
    until(lambda: group.refused() > 10)
    group.fail_back()
    assert_created_once(run, account, 60)
    assert browser.saw(run)


def test_the_budget_is_shared_again_at_the_new_primary(group, monkeypatch):
    monkeypatch.setattr(budget, "AWAY", 0)
    shared = budget.shared(group.url, 5)
    shared.take("one", True)
    group.fail_over()
    assert shared.take("one", True) == 0
    group.rename()
    shared.take("one", True)
    assert group.other.exists("opsportal:aws:one")


def test_doctor_tells_that_the_address_is_a_replicas(group, settings):
    settings.BROKER = group.url
    group.rename()
    found = doctor.broker()
    assert found.found == "This Redis is a replica."
    assert "primary" in found.cure
