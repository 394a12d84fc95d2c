"""The runbook of docs/add-a-runbook.md, taken from the page and run by the real engine on the sandbox."""

import itertools
import time

import pytest
from django.apps import apps

from config.env import ROOT
from opsportal import approvals, runs, undoing
from opsportal.models import Approval
from tests import factories
from tests.docs.pages import blocks
from tests.engine.conftest import statuses, texts

PAGE = ROOT / "docs/add-a-runbook.md"
names = itertools.count(1)


@pytest.fixture
def page(sandbox, account, settings, monkeypatch, tmp_path):
    """What the page says: a module of this name beside manage.py, named in RUNBOOK_MODULES."""
    (tmp_path / "dns_zone.py").write_text(blocks(PAGE, "python")[0])
    monkeypatch.syspath_prepend(tmp_path)
    settings.RUNBOOK_MODULES, settings.AWS_ENDPOINT = ["dns_zone"], sandbox.url
    apps.get_app_config("config").ready()
    yield factories.environment(account=account)
    sandbox.clear_faults()


@pytest.fixture
def zones(sandbox, account):
    return lambda: [z["Name"] for z in sandbox.client("route53", account=account).list_hosted_zones()["HostedZones"]]


def start(environment):
    key = f"zone-{next(names)}"
    return runs.start("dns.zone", environment, {"domain": "shop.example.com"}, factories.user(), key)


def test_it_counts_the_zones_and_makes_the_one_that_is_missing(page, zones, drive):
    run = drive(start(page))
    assert statuses(run) == {"plan": "succeeded", "count": "succeeded", "zone": "succeeded"}
    assert f"Account {page.account} has 0 zones." in texts(run)
    assert zones() == ["shop.example.com."]


def test_a_zone_that_is_there_is_left_alone(page, zones, drive):
    drive(start(page))
    run = drive(start(page))
    assert run.steps.get(key="zone").unchanged
    assert len(zones()) == 1


def test_a_lost_answer_leaves_one_zone_and_the_run_succeeds(page, zones, drive, sandbox):
    sandbox.fault("lost", service="route53", action="CreateHostedZone", count=1)
    run = drive(start(page))
    time.sleep(0.6)  # the first back-off is half a second at most
    assert drive(run).status == "succeeded"
    assert not run.steps.get(key="zone").unchanged
    assert len(zones()) == 1


def test_undo_deletes_the_zone_that_the_run_made(page, zones, drive):
    run = drive(start(page))
    undoing.undo(run.pk, factories.user())
    drive(run)
    approvals.answer(Approval.objects.get(step__run=run).pk, factories.user(), True)
    assert drive(run).status == "undone"
    assert zones() == []


def test_a_wrong_domain_is_refused_before_anything_starts(page):
    with pytest.raises(runs.Invalid, match="domain"):
        runs.start("dns.zone", page, {"domain": "Shop!"}, factories.user(), "wrong")
