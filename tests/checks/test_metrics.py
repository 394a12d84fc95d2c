"""Figures of CloudWatch: how many calls they take, whose values are whose, and what is not known."""

from datetime import UTC, datetime, timedelta

import pytest

from tasks.sweeps import metrics
from tasks.sweeps.metrics import DAY, HOUR, Metric
from tests.checks.answers import Answers, series
from tests.checks.measuring import measure
from tests.checks.reading import NOW, SandboxReader

FIGURES = ("cloudwatch", "get_metric_data")


def lengths(name, period=DAY):
    return tuple(Metric("Own", metric, {"Queue": name}, "Maximum", period) for metric in ("Length", "Age"))


def balances(number, period=300):
    return [
        (n, (Metric("AWS/EC2", "CPUCreditBalance", {"InstanceId": f"i-{n}"}, period=period),)) for n in range(number)
    ]


def hours_ago(hours, now=NOW):
    return now - timedelta(hours=hours)


@pytest.fixture
def queues(account):
    """A reader, and three queues of which the first and the last have figures."""
    reader = SandboxReader(account, now=datetime(2026, 11, 25, 12, 30, tzinfo=UTC))
    for name, value in (("a", 1), ("c", 3)):
        measure(reader, "Own", {"Queue": name}, {"Length": value, "Age": value * 10})
    return reader


def measured(reader, names):
    wanted = ((name, lengths(name)) for name in names)
    found = metrics.measured(reader, wanted, metrics.midnight(reader.now, days=2))
    return [(name, [each.values for each in both]) for name, both in found]


def test_each_item_has_the_values_of_its_own_metrics(queues):
    assert measured(queues, "abc") == [("a", [(1,) * 3, (10,) * 3]), ("b", [(), ()]), ("c", [(3,) * 3, (30,) * 3])]


def test_items_that_do_not_fit_into_one_call_come_in_order(queues, monkeypatch):
    monkeypatch.setattr(metrics, "QUERIES", 2)

    found = measured(queues, [*"bbbbb", "c"])

    assert [name for name, _values in found] == [*"bbbbb", "c"]
    assert found[-1][1] == [(3,) * 3, (30,) * 3]


def test_nothing_to_measure_makes_no_call(queues):
    assert measured(queues, "") == []
    assert list(metrics.measured(queues, [("a", ())], queues.now)) == [("a", ())]
    assert queues.actions == set()


def test_five_hundred_metrics_are_one_call():
    reader = Answers({})
    assert len(list(metrics.measured(reader, balances(500), hours_ago(4)))) == 500
    assert len(reader.calls) == 1


@pytest.mark.parametrize(("number", "hours", "calls"), [(501, 4, 2), (500, 24, 2), (0, 4, 0)])
def test_more_than_a_call_takes_are_several(number, hours, calls):
    reader = Answers({})
    found = metrics.measured(reader, balances(number), hours_ago(hours))
    assert [item for item, _ in found] == list(range(number))
    assert len(reader.calls) == calls


def test_only_four_calls_are_read_before_the_first_item_is_given():
    reader = Answers({})
    next(metrics.measured(reader, balances(5000), hours_ago(4)))
    assert len(reader.calls) <= metrics.TOGETHER


def test_an_answer_that_was_cut_is_read_to_its_end():
    found = one(Answers({FIGURES: cut("Complete")}))
    assert (found.values, found.whole) == ((1.0, 2.0, 3.0), True)


def test_a_rest_that_cloudwatch_could_not_give_is_not_whole():
    assert not one(Answers({FIGURES: cut("PartialData")})).whole


def test_what_cloudwatch_could_not_give_is_not_whole():
    assert not one(Answers({FIGURES: {"MetricDataResults": [result([], 0, "InternalError")]}})).whole
    assert not one(Answers({FIGURES: {"MetricDataResults": []}})).whole


def one(reader):
    """The series of one metric."""
    ((_item, (found,)),) = metrics.measured(reader, balances(1), hours_ago(4))
    return found


def cut(status):
    """An answer in two pages, the second of this status."""

    def answer(arguments):
        if arguments.get("NextToken") == "rest":
            return {"MetricDataResults": [result([3.0], 2, status)]}
        return {"MetricDataResults": [result([1.0, 2.0], 0, "PartialData")], "NextToken": "rest"}

    return answer


def result(values, minute, status):
    times = [NOW + timedelta(minutes=minute + n) for n in range(len(values))]
    return {"Id": "m0", "Timestamps": times, "Values": values, "StatusCode": status}


@pytest.mark.parametrize(
    ("period", "start", "end"),
    [(60, "08:33", "12:33"), (300, "08:30", "12:30"), (HOUR, "08:00", "12:00"), (DAY, "00:00", "12:00")],
)
def test_a_call_begins_and_ends_with_a_whole_period(period, start, end):
    ((_, wanted),), now = balances(1, period), NOW.replace(minute=33, second=20)
    asked = metrics.request(wanted, hours_ago(4, now), now).arguments
    times = [datetime.fromisoformat(asked[name]).strftime("%H:%M") for name in ("StartTime", "EndTime")]
    assert times == [start, end]


def test_a_series_tells_its_values_between_two_times():
    found = series(1, 2, 3, 4)
    assert found.between(NOW - timedelta(minutes=10), NOW - timedelta(minutes=5)) == (2, 3)


@pytest.mark.parametrize(
    ("found", "known"), [(series(1, 2), True), (series(1), False), (series(1, 2, whole=False), False)]
)
def test_a_time_is_known_when_all_of_it_was_measured(found, known):
    assert found.covers(2) is known
