"""Lines of events as JSON."""

import pytest

from tests import factories
from tests.portal.conftest import signed_in


@pytest.fixture
def run():
    run = factories.run()
    for n in range(1, 11):
        level = "warning" if n == 5 else "info"
        factories.line(run, f"line {n}", step_key="a" if n % 2 else "b", level=level)
    return run


def numbers(client, run, **query):
    return [line["number"] for line in client.get(f"/runs/{run.pk}/lines", query).json()["lines"]]


def test_the_lines_before_a_number_come_in_order(client, run):
    assert numbers(client, run, before=6, limit=3) == [3, 4, 5]


def test_the_lines_after_a_number_come_in_order(client, run):
    assert numbers(client, run, after=7, limit=2) == [8, 9]


def test_they_can_be_those_of_one_step(client, run):
    assert numbers(client, run, step="b", before=9) == [2, 4, 6, 8]


def test_they_can_be_warnings_and_worse(client, run):
    assert numbers(client, run, level="warning") == [5]


def test_it_says_whether_there_are_more(client, run):
    assert client.get(f"/runs/{run.pk}/lines", {"before": 4, "limit": 2}).json()["more"] is True
    assert client.get(f"/runs/{run.pk}/lines", {"before": 3, "limit": 2}).json()["more"] is False


@pytest.mark.parametrize("query", [{"before": "x"}, {"after": "1.5"}, {"limit": "all"}])
def test_nonsense_is_a_bad_request(client, run, query):
    assert client.get(f"/runs/{run.pk}/lines", query).status_code == 400


def test_numbers_no_database_can_hold_are_fine(client, run):
    assert len(numbers(client, run, before=10**30)) == 10


def test_an_unknown_run_is_not_found(client):
    assert client.get("/runs/999999/lines").status_code == 404


def test_a_person_without_the_right_is_refused(run):
    assert signed_in(factories.user("view_calendar")).get(f"/runs/{run.pk}/lines").status_code == 403
