"""Findings over HTTP."""

import pytest

from opsportal import clock, rights
from tests import factories

from .conftest import program


@pytest.fixture
def where():
    return factories.environment(name="prod")


def names(answer):
    return [each["name"] for each in answer.json()["items"]]


def test_open_ones_are_listed_the_newest_first_and_others_where_asked(where):
    for name, state in (("a", "open"), ("b", "open"), ("c", "closed")):
        factories.finding(environment=where, name=name, state=state, closed_at=clock.now() if name == "c" else None)
    caller = program(factories.user())
    assert names(caller.get("/findings")) == ["b", "a"]
    assert names(caller.get("/findings?state=closed")) == ["c"]
    assert names(caller.get("/findings?state=")) == ["c", "b", "a"]


@pytest.mark.parametrize("query", ["severity=critical", "environment=prod", "check=nat-idle"])
def test_a_filter_lists_what_it_says(where, query):
    factories.finding(environment=where, name="wanted", severity=4, check_name="nat-idle")
    factories.finding(name="other")
    assert names(program(factories.user()).get(f"/findings?{query}")) == ["wanted"]


def test_a_cursor_goes_on_where_the_page_ended(where):
    for number in range(3):
        factories.finding(environment=where, name=f"{number}")
    caller = program(factories.user())
    first = caller.get("/findings?limit=2")
    second = caller.get(f"/findings?limit=2&cursor={first.json()['next']}")
    assert (names(first), names(second), second.json()["next"]) == (["2", "1"], ["0"], None)


def test_a_finding_is_read_with_its_evidence_and_history(where):
    made = factories.finding(environment=where, evidence={"size_gib": 100, "password": "hunter2-hunter2"})
    found = program(factories.user()).get(f"/findings/{made.pk}").json()
    assert (found["severity"], found["usd"], found["check"]) == ("medium", 8.8, "ebs-unattached")
    assert (found["evidence"]["size_gib"], [line["kind"] for line in found["history"]]) == (100, ["found"])
    assert "hunter2" not in str(found)


def test_a_finding_of_others_is_as_one_that_is_not_there(where):
    made, person = factories.finding(environment=where), factories.user("none")
    rights.give("viewer", person, factories.environment())
    caller = program(person, "read")
    hidden, missing = caller.get(f"/findings/{made.pk}"), caller.get("/findings/4711")
    assert (hidden.status_code, hidden.json()) == (404, missing.json())
    assert names(caller.get("/findings")) == []


@pytest.mark.parametrize("query", ["state=lost", "severity=5", "cursor=x", "limit=0", "limit=101"])
def test_nonsense_is_a_problem_with_its_field(query):
    answer = program(factories.user()).get(f"/findings?{query}")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, query.split("=")[0])
