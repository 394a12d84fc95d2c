"""Prices read from the Price List API: which product prices what, tiers, and what is not taken."""

import json

import pytest

from opsportal import prices, runs
from opsportal.checks import Price
from opsportal.models import Price as Row
from tasks import engine
from tasks.runbooks import prices_refresh
from tasks.sweeps import offers
from tasks.sweeps.offers import OFFERS
from tests import factories
from tests.engine.conftest import texts
from tests.sweeps.conftest import asked, look, step_of

GP2 = Price("ebs", "gp2.storage", "GB-month", "eu-central-1", 0.119, "2026-10-01")


@pytest.fixture(autouse=True)
def _forget():
    prices.read.cache_clear()
    yield
    prices.read.cache_clear()


@pytest.fixture
def refreshed(here, drive):
    return drive(runs.start("prices.refresh", here, {}, factories.user(), "prices"))


def offer(service, item):
    return next(each for each in OFFERS if each.service == service and item in each.items.values())


def product(usagetype, *tiers, **attributes):
    """A product of the list, with its tiers as (from, USD)."""
    rates = {
        str(n): {"beginRange": str(begin), "pricePerUnit": {"USD": str(usd)}} for n, (begin, usd) in enumerate(tiers)
    }
    terms = {"OnDemand": {"sku.term": {"priceDimensions": rates}}}
    told = {"attributes": {"usagetype": usagetype, **attributes}}
    return json.dumps({"product": told, "terms": terms, "publicationDate": "2026-10-01T00:00:00Z"})


def test_a_refresh_reads_what_the_shipped_table_has(refreshed):
    shipped = {key: each.usd for key, each in prices.shipped().items() if key[2] == "eu-central-1"}
    read = {key: each.usd for key, each in prices.read(0).items() if key in shipped}

    assert refreshed.status == "succeeded"
    assert read == pytest.approx(shipped)
    assert prices.read(0)["ebs", "gp2.storage", "eu-central-1"] == GP2
    assert "Prices read for eu-central-1: " in texts(refreshed)


def test_what_was_kept_is_not_read_again_by_a_later_look(here, sandbox, account):
    run = runs.start("prices.refresh", here, {}, factories.user(), "prices")
    engine.advance(run.steps.get(key="plan").pk)
    sandbox.fault("throttle", action="GetProducts", account=account, count=1, after=20)

    look(run)
    assert step_of(run).note == "AWS throttles pricing:GetProducts."
    look(run)

    served = [call["params"] for call in asked(sandbox, account, "GetProducts") if call["status"] == 200]
    whole = [json.dumps(params, sort_keys=True) for params in served if "NextToken" not in params]
    assert step_of(run).status == "succeeded"
    assert len(set(whole)) == len(offers.OFFERS)
    assert len(whole) <= len(offers.OFFERS) + 1  # the one that was throttled on its way


def test_a_usage_type_is_known_with_and_without_the_prefix_of_a_region():
    volumes = offer("ebs", "standard.storage")

    for usage in ("EBS:VolumeUsage.gp2", "EUC1-EBS:VolumeUsage.gp2"):
        assert offers.item_of(volumes, {"usagetype": usage}) == "gp2.storage"
    assert offers.item_of(volumes, {"usagetype": "EUC1-EBS:VolumeUsage.gp2.outposts"}) == ""


def test_the_first_tier_that_costs_anything_is_taken():
    units = offer("dynamodb", "provisioned-rcu")
    told = product("ReadCapacityUnit-Hrs", (18_600, 0.00013), (0, 0))

    (found,) = offers.prices(units, "us-east-1", [told])

    assert found.usd == 0.00013


def test_throughput_is_listed_by_gibps_and_kept_by_mibps():
    told = product("EBS:VolumeP-Throughput.gp3", (0, 40.96))

    (found,) = offers.prices(offer("ebs", "gp3.throughput-over-125"), "us-east-1", [told])

    assert (found.usd, found.unit) == (0.04, "MiBps-month")


def test_engines_that_no_check_knows_are_left_out():
    databases = offer("rds", "{0}.{engine}.single-az")
    told = product("InstanceUsage:db.r6g.large", (0, 0.26), databaseEngine="Aurora MySQL")

    assert list(offers.prices(databases, "us-east-1", [told])) == []


def test_of_several_prices_of_the_same_thing_none_is_taken():
    other = Price("ebs", "gp3.storage", "GB-month", "eu-central-1", 0.0952, "2026-10-01")
    dearer = Price("ebs", "gp2.storage", "GB-month", "eu-central-1", 0.2, "2026-10-01")

    assert prices_refresh.told_apart([GP2, GP2, other, dearer]) == ([other], ["gp2.storage"])


@pytest.mark.parametrize(
    ("region", "near"), [("eu-west-1", "eu-central-1"), ("ap-east-1", "ap-south-1"), ("sa-east-1", "us-east-1")]
)
def test_the_list_is_asked_where_it_has_an_address(region, near):
    assert prices_refresh.endpoint(region) == near


def test_an_item_is_listed_by_one_offer_only():
    items = [(each.service, item) for each in OFFERS for item in each.items.values()]

    assert len(set(items)) == len(items)
    assert Row._meta.get_field("item").max_length >= max(len(item) for _service, item in items)
