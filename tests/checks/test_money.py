"""USD a month from list prices: free parts, tiers, sums that are not known, estimates."""

import pytest

from tasks.sweeps import money
from tasks.sweeps.money import Cost
from tests.checks.reading import price

EBS = {
    "gp3.storage": 0.08,
    "gp3.iops-over-3000": 0.005,
    "gp3.throughput-over-125": 0.04,
    "io1.storage": 0.125,
    "io1.iops": 0.065,
    "io2.storage": 0.125,
    "io2.iops-to-32000": 0.065,
    "io2.iops-32001-64000": 0.046,
    "io2.iops-over-64000": 0.032,
    "st1.storage": 0.045,
}


def listed(service, item):
    return price(EBS[item], service, item) if item in EBS else None


@pytest.mark.parametrize(
    ("kind", "iops", "throughput", "usd"),
    [
        ("gp3", 3_000, 125, 8),
        ("gp3", 4_000, 125, 8 + 5),
        ("gp3", 3_000, 225, 8 + 4),
        ("io1", 1_000, 0, 12.5 + 65),
        ("io2", 32_000, 0, 12.5 + 2_080),
        ("io2", 33_000, 0, 12.5 + 2_080 + 46),
        ("io2", 65_000, 0, 12.5 + 2_080 + 1_472 + 32),
        ("st1", 0, 0, 4.5),
    ],
)
def test_a_volume_costs_its_storage_and_what_is_bought_on_top(kind, iops, throughput, usd):
    assert money.volume(listed, kind, 100, iops, throughput).usd == pytest.approx(usd)


def test_a_volume_is_told_with_the_price_of_its_dearest_part():
    assert money.volume(listed, "io1", 100, 1_000).price.item == "io1.iops"


def test_a_sum_with_a_part_that_is_not_known_is_not_known():
    assert money.total([Cost(1, price()), Cost()]) == Cost()
    assert money.volume(listed, "sc1", 100) == Cost()


def test_a_sum_with_an_estimate_is_an_estimate():
    known, guessed = Cost(10, price()), Cost(1, price(sourced=False))

    assert not money.total([known, guessed]).price.sourced
    assert money.total([known, known]).price.sourced


def test_nothing_costs_nothing():
    assert money.total([]).usd == 0


def test_an_hour_is_charged_730_times_a_month():
    assert money.hourly(price(0.1), 2).usd == pytest.approx(146)
    assert money.hourly(None) == Cost()


def test_a_saving_is_the_difference_and_needs_both_costs():
    now, then = Cost(10, price()), Cost(4, price(sourced=False))

    assert money.saving(now, then).usd == 6
    assert not money.saving(now, then).price.sourced
    assert money.saving(now, Cost()) == Cost()
    assert money.saving(Cost(), then) == Cost()
