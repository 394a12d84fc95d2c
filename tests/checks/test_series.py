"""How figures are read from CloudWatch, followed, and told."""

from datetime import datetime, timedelta

import pytest

from tasks.sweeps import burstables, spans
from tasks.sweeps import series as figures
from tasks.sweeps.series import Metric
from tests.checks.answers import NOW, Answers, measured, series


def wanted(number, period=300):
    return [
        (n, (Metric("AWS/EC2", "CPUCreditBalance", {"InstanceId": f"i-{n}"}, period=period),)) for n in range(number)
    ]


def test_five_hundred_metrics_are_one_call():
    reader = Answers({})
    assert len(list(figures.measured(reader, wanted(500), 4))) == 500
    assert len(reader.calls) == 1


@pytest.mark.parametrize(("number", "hours", "calls"), [(501, 4, 2), (500, 24, 2), (0, 4, 0)])
def test_more_than_a_call_takes_are_several(number, hours, calls):
    reader = Answers({})
    assert [item for item, _ in figures.measured(reader, wanted(number), hours)] == list(range(number))
    assert len(reader.calls) == calls


def test_the_metrics_of_an_item_stay_together():
    two = [(n, metrics * 2) for n, metrics in wanted(3)]
    given = measured({("CPUCreditBalance", "i-1"): [1.0, 2.0]})
    found = dict(figures.measured(Answers({("cloudwatch", "get_metric_data"): given}), two, 4))
    assert [each.values for each in found[1]] == [(1.0, 2.0), (1.0, 2.0)]
    assert found[0][0].values == ()


def test_a_series_goes_on_over_pages():
    def page(values, minute, status):
        times = [NOW + timedelta(minutes=minute + n) for n in range(len(values))]
        return {"MetricDataResults": [{"Id": "m0", "Timestamps": times, "Values": values, "StatusCode": status}]}

    pages = [page([1.0, 2.0], 0, "PartialData"), page([3.0], 2, "Complete")]
    ((_, (found,)),) = figures.measured(Answers({("cloudwatch", "get_metric_data"): pages}), wanted(1), 4)
    assert (found.values, found.whole) == ((1.0, 2.0, 3.0), True)


def test_what_cloudwatch_could_not_give_is_not_whole():
    broken = {"MetricDataResults": [{"Id": "m0", "Timestamps": [], "Values": [], "StatusCode": "InternalError"}]}
    ((_, (found,)),) = figures.measured(Answers({("cloudwatch", "get_metric_data"): broken}), wanted(1), 4)
    assert not found.whole


@pytest.mark.parametrize(("period", "end"), [(300, "12:30"), (60, "12:33"), (3600, "12:30")])
def test_a_call_ends_with_a_whole_period(period, end):
    ((_, metrics),) = wanted(1, period)
    read = figures.request(metrics, NOW.replace(minute=33, second=20), 4)
    assert datetime.fromisoformat(read.arguments["EndTime"]).strftime("%H:%M") == end


def test_a_straight_fall_reaches_zero_by_its_slope():
    assert burstables.hours_to_zero(series(30, 20, 10), 12) == pytest.approx(10 / 120)


@pytest.mark.parametrize("values", [(10, 20, 30), (10, 10, 10), (20, 10)], ids=["rises", "stays", "two points"])
def test_what_does_not_fall_has_no_hour(values):
    assert burstables.hours_to_zero(series(*values), 12) is None


@pytest.mark.parametrize(
    ("size", "earned"), [("t3.micro", 12), ("db.t2.micro", 6), ("cache.t4g.small", 24), ("m5.large", None)]
)
def test_a_type_earns_by_its_family_and_size(size, earned):
    burst = burstables.burst(size)
    assert (burst and burst.earned) == earned


@pytest.mark.parametrize(("hours", "text"), [(0.83, "50 min"), (3.5, "3.5 h"), (4.0, "4 h"), (24, "24 h"), (72, "3 d")])
def test_a_span_is_told_to_the_precision_that_matters(hours, text):
    assert spans.about(hours) == text
