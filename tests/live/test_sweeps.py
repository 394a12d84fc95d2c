"""Sweeps by real workers: killed and cancelled while they read."""

import pytest

from opsportal import checks, runs
from opsportal.health import tally
from opsportal.models import Finding, Page
from tests.sweeps.declared import CHECKS

from .aws import REGION
from .conftest import ended, until

LIST = "DescribeLogGroups"
PAGES = 8


@pytest.fixture
def sweep(host, account, monkeypatch):
    """Starts a sweep over forty log groups, eight pages, by workers that know the tests' checks."""
    monkeypatch.setattr(checks, "_checks", dict(checks._checks))
    checks.register(CHECKS)
    host.env["RUNBOOK_MODULES"] = "tests.runbooks,tests.sweeps.declared"
    host.worker()
    logs = account.sandbox.client("logs", REGION, account.number)
    for number in range(5 * PAGES):
        logs.create_log_group(logGroupName=f"/app/{number:02}")
    params = {"checks": ["test-groups", "test-addresses"]}
    return lambda: runs.start("sweep", account.environment, params, account.person, "sweep")


def listed(account):
    calls = account.sandbox.log()["calls"]
    return [str(c["params"]) for c in calls if (c["account"], c["action"]) == (account.number, LIST)]


def test_after_a_kill_only_the_page_on_its_way_is_read_again(host, account, sweep):
    struck = account.strike("latency", action=LIST, account=account.number, seconds=2, after=4, count=1)
    run = sweep()
    struck()
    until(Page.objects.filter(number=3).exists)  # what was read before is kept
    host.kill("worker")
    host.worker("second")

    assert ended(run).status == "succeeded"

    assert Finding.objects.filter(check_name="test-groups", state="open").count() == 5 * PAGES
    assert len(set(listed(account))) == PAGES
    again = len(listed(account)) - PAGES
    until(
        lambda: again <= tally.totals().get(tally.TAKEOVERS, 0)
    )  # on a busy machine the second may lose its lease too


def test_a_cancel_stops_the_reads_within_a_call(account, sweep):
    struck = account.strike("latency", action=LIST, account=account.number, seconds=1)
    run = sweep()
    struck()
    runs.cancel(run.pk, account.person)

    assert ended(run).status == "cancelled"

    assert len(listed(account)) < PAGES
    assert not Page.objects.exists()
