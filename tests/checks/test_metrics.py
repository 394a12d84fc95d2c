"""Metrics: how many calls they take, and whose value is whose."""

from datetime import UTC, datetime

import pytest

from tasks.sweeps import metrics
from tasks.sweeps.metrics import DAY, HOUR, Query
from tests.checks.measuring import measure
from tests.checks.reading import SandboxReader


@pytest.fixture
def measured(account):
    """A reader, and three queues of which the first and the last have figures."""
    reader = SandboxReader(account, now=datetime(2026, 11, 25, 12, 30, tzinfo=UTC))
    for name, value in (("a", 1), ("c", 3)):
        measure(reader, "Own", {"Queue": name}, {"Length": value, "Age": value * 10})
    return reader


def queries(name):
    return [Query("Own", metric, (("Queue", name),), "Maximum") for metric in ("Length", "Age")]


def test_each_item_has_the_values_of_its_own_queries(measured):
    found = dict(metrics.measured(measured, "abc", queries, days=2))

    assert found == {"a": [[1] * 3, [10] * 3], "b": [[], []], "c": [[3] * 3, [30] * 3]}


def test_items_that_do_not_fit_into_one_call_come_in_order(measured, monkeypatch):
    monkeypatch.setattr(metrics, "QUERIES", 2)

    found = list(metrics.measured(measured, ["b"] * 5 + ["c"], queries, days=2))

    assert [name for name, _values in found] == ["b"] * 5 + ["c"]
    assert found[-1][1] == [[3] * 3, [30] * 3]


def test_nothing_to_measure_makes_no_call(measured):
    assert list(metrics.measured(measured, [], queries, days=2)) == []
    assert measured.actions == set()


def test_a_call_takes_500_queries_or_as_many_as_fit_on_a_page():
    assert metrics.per_call(14, DAY) == 500
    assert metrics.per_call(14, HOUR) == 280
    assert metrics.per_call(63, HOUR) * 64 * 24 <= metrics.VALUES


def test_the_time_asked_for_begins_at_midnight_and_ends_with_the_hour(measured):
    asked = metrics.call(measured, queries("a"), 2, DAY).arguments

    assert (asked["StartTime"], asked["EndTime"]) == ("2026-11-23T00:00:00+00:00", "2026-11-25T12:00:00+00:00")


def test_an_answer_that_was_cut_is_read_to_its_end(measured):
    read = metrics.call(measured, queries("a"), 2, DAY)
    whole = measured.read(read)
    first = {"MetricDataResults": [{"Id": "q0", "Values": [7.0]}], "NextToken": "rest"}

    found = metrics.values(Following(whole), read, first)

    assert found["q0"] == [7.0, *whole["MetricDataResults"][0]["Values"]]


class Following:
    """AWS's next page, for the token that the page before gave."""

    def __init__(self, page):
        self.page = page

    def read(self, read):
        assert read.arguments["NextToken"] == "rest"
        return self.page
