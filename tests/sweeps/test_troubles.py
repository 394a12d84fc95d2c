"""What the policy `credits` of the demo finds in the demo's accounts."""

import pytest

from opsportal.hosting import estate
from opsportal.models import Finding

SHOP = {
    ("credits-run-out", "admin-1", "high"),
    ("credits-run-out", "mail-relay", "critical"),
    ("credits-run-out", "search-index-1", "high"),
    ("credits-run-out", "sessions", "high"),
    ("replacement-loop", "checkout", "critical"),
    ("throttle-recycle", "storefront-blue", "critical"),
    ("api-throttling", "sync-stock", "medium"),
}


@pytest.fixture
def found(sandbox, here, sweep):
    """Fills the account with this estate and sweeps a region of it; check, name and severity of each finding."""

    def found(kind, region="eu-central-1"):
        sandbox.fill(kind, account=here.account)
        here.regions = [region]
        here.save()
        assert sweep(*estate.SOON).status == "succeeded"
        rows = Finding.objects.all()
        return {(row.check_name, row.name, row.get_severity_display().lower()) for row in rows}

    return found


def test_the_shops_troubles_are_found(found):
    told = found("shop")
    assert told >= SHOP
    assert {severity for *_, severity in told - SHOP} <= {"low", "medium"}


def test_those_of_its_second_region_too(found):
    told = found("shop", "eu-west-1")
    assert ("credits-run-out", "staging-checkout", "high") in told
    assert {(check, severity) for check, name, severity in told if name == "dev-workbench-mira"} == {
        ("burst-too-small", "medium"),
        ("credits-run-out", "medium"),
    }


def test_a_scanner_of_the_depot_runs_out_of_credits(found):
    assert found("depot") == {("credits-run-out", "scanner-1", "high")}
