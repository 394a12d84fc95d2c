"""List prices: which goes before which, what is an estimate, and what is not known."""

import csv
import re

import pytest

from config.env import ROOT
from opsportal import prices
from opsportal.checks import Price

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _forget():
    """What other tests left in this process."""
    prices.read.cache_clear()
    yield
    prices.read.cache_clear()


def read_from_aws(usd, item="gp2.storage", region="eu-central-1"):
    return Price("ebs", item, "GB-month", region, usd, "2026-11-20")


def test_a_shipped_price_has_its_region_and_date():
    found = prices.price("ebs", "gp2.storage", "eu-central-1")

    assert found == Price("ebs", "gp2.storage", "GB-month", "eu-central-1", 0.119, "2025-10-28")


def test_a_price_read_from_aws_goes_before_the_shipped_one():
    prices.keep([read_from_aws(0.2)])

    assert prices.price("ebs", "gp2.storage", "eu-central-1") == read_from_aws(0.2)
    assert prices.price("ebs", "gp2.storage", "eu-west-1").usd != 0.2


def test_a_price_read_again_takes_the_place_of_the_one_before():
    prices.keep([read_from_aws(0.2)])
    prices.keep([read_from_aws(0.3), read_from_aws(0.4, "st1.storage")])

    assert prices.price("ebs", "gp2.storage", "eu-central-1").usd == 0.3
    assert prices.price("ebs", "st1.storage", "eu-central-1").usd == 0.4


def test_the_exact_region_goes_before_all_regions():
    prices.keep([read_from_aws(0.1, region="*"), read_from_aws(0.2)])

    assert prices.price("ebs", "gp2.storage", "eu-central-1").usd == 0.2
    assert prices.price("ebs", "gp2.storage", "mars-1").usd == 0.1


def test_what_all_regions_share_is_known_in_each():
    assert prices.price("vpc", "public-ipv4.in-use-or-idle", "eu-north-1").usd == 0.005


def test_no_figure_is_made_from_that_of_another_region():
    assert prices.price("ec2", "t2.micro", "eu-north-1") is None
    assert prices.price("ec2", "t2.micro", "eu-west-1")


def test_a_price_nobody_could_verify_is_an_estimate():
    assert not prices.price("ec2", "t2.unlimited-surplus.linux", "eu-west-1").sourced


def test_rows_are_read_once_in_five_minutes(django_assert_num_queries):
    with django_assert_num_queries(1):
        for _ in range(3):
            prices.price("ebs", "gp2.storage", "eu-central-1")


def test_what_another_process_read_is_known_after_a_while(monkeypatch):
    prices.price("ebs", "gp2.storage", "eu-central-1")
    prices.models.Price.objects.create(
        service="ebs", item="gp2.storage", region="eu-central-1", unit="GB-month", usd="0.5", as_of="2026-11-20"
    )
    at = prices.time.monotonic() + prices.SECONDS
    monkeypatch.setattr(prices.time, "monotonic", lambda: at)

    assert prices.price("ebs", "gp2.storage", "eu-central-1").usd == 0.5


def test_the_page_of_prices_counts_the_rows_of_each_source():
    with prices.SHIPPED.open(newline="") as lines:
        shipped = list(csv.DictReader(lines))
    rows = re.findall(r"\| ([\d,]+) \|$", (ROOT / "docs/prices.md").read_text(), re.MULTILINE)

    assert sum(int(row.replace(",", "")) for row in rows) == len(shipped)
    assert all(float(row["usd"]) > 0 for row in shipped)


def test_each_kind_of_price_that_a_check_asks_for_is_shipped():
    known = {(service, item) for service, item, _region in prices.shipped()}
    asked = set()
    for path in [*ROOT.glob("tasks/checks/*.py"), *ROOT.glob("tasks/sweeps/*.py")]:
        asked |= set(re.findall(r'price\("([\w-]+)", "([\w.-]+)"\)', path.read_text()))

    assert asked
    assert asked <= known
