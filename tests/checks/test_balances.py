"""How a balance of credits is followed, what a type earns, and how spans are told."""

import pytest

from tasks.sweeps import balances, burstables, spans
from tests.checks.answers import series


def test_a_straight_fall_reaches_zero_by_its_slope():
    assert balances.hours_to_zero(series(30, 20, 10), 12) == pytest.approx(10 / 120)


@pytest.mark.parametrize("values", [(10, 20, 30), (10, 10, 10), (20, 10)], ids=["rises", "stays", "two points"])
def test_what_does_not_fall_has_no_hour(values):
    assert balances.hours_to_zero(series(*values), 12) is None


@pytest.mark.parametrize(
    ("size", "earned"), [("t3.micro", 12), ("db.t2.micro", 6), ("cache.t4g.small", 24), ("m5.large", None)]
)
def test_a_type_earns_by_its_family_and_size(size, earned):
    burst = burstables.burst(size)
    assert (burst and burst.earned) == earned


@pytest.mark.parametrize(("hours", "text"), [(0.83, "50 min"), (3.5, "3.5 h"), (4.0, "4 h"), (24, "24 h"), (72, "3 d")])
def test_a_span_is_told_to_the_precision_that_matters(hours, text):
    assert spans.about(hours) == text
