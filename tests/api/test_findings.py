"""Findings over HTTP."""

from datetime import UTC, datetime, timedelta

import pytest

from opsportal import clock, rights
from opsportal.models import Audit, FindingChange, Token
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


def later(days):
    return (datetime.now(UTC) + timedelta(days=days)).isoformat()


@pytest.fixture
def two(where):
    return [factories.finding(environment=where, name=name).pk for name in ("a", "b")]


BODIES = {
    "acknowledge": ({"reason": "ticket 42"}, ("acknowledged", "ticket 42")),
    "snooze": ({"until": later(7), "reason": "demo"}, ("snoozed", "demo")),
    "exempt": ({"until": later(30), "reason": "kept for audit"}, ("exempt", "kept for audit")),
}


@pytest.mark.parametrize("deed", BODIES)
def test_several_findings_are_handled_at_once_and_doing_it_again_changes_nothing(two, deed):
    caller, (body, left) = program(factories.user()), BODIES[deed]
    answers = [caller.post(f"/findings/{deed}", {"findings": two, **body}) for _ in range(2)]
    assert [(answer.status_code, answer.json()["changed"]) for answer in answers] == [(200, 2), (200, 0)]
    assert [each["state"] for each in answers[1].json()["items"]] == [left[0]] * 2
    assert caller.get(f"/findings/{two[0]}").json()["reason"] == left[1]
    assert FindingChange.objects.exclude(kind="found").count() == Audit.objects.filter(kind="finding").count() == 2


def test_the_audit_names_the_token_and_the_person(two):
    caller = program(factories.user(username="kim"))
    caller.post("/findings/acknowledge", {"findings": two[:1]})
    row = Audit.objects.get(action="finding.acknowledged")
    assert (row.who, row.object_id) == (f"kim (token ci, {Token.objects.get().prefix}…)", two[0])


def test_findings_are_opened_again(two):
    caller = program(factories.user())
    caller.post("/findings/exempt", {"findings": two, "until": later(1), "reason": "because"})
    opened = caller.post("/findings/open", {"findings": two}).json()
    assert (opened["changed"], [each["until"] for each in opened["items"]]) == (2, [None, None])


def test_findings_are_assigned_by_name_and_given_back(two):
    caller, lee = program(factories.user()), factories.user(username="lee")
    told = caller.post("/findings/assign", {"findings": two, "to": lee.username}).json()
    assert [each["assigned_to"] for each in told["items"]] == ["lee", "lee"]
    assert caller.post("/findings/assign", {"findings": two, "to": None}).json()["items"][0]["assigned_to"] == ""


def test_who_may_not_see_them_is_given_none(two):
    factories.user("none", username="lee")
    answer = program(factories.user()).post("/findings/assign", {"findings": two, "to": "lee"})
    assert (answer.status_code, "lee doesn’t have the right to see a (prod)" in answer.json()["detail"]) == (409, True)


@pytest.mark.parametrize(
    ("deed", "body", "fields"),
    [
        ("acknowledge", {}, ["findings"]),
        ("acknowledge", {"findings": []}, ["findings"]),
        ("acknowledge", {"findings": list(range(1, 202))}, ["findings"]),
        ("acknowledge", {"findings": [0, "x", 2**63, 1.5]}, [f"findings.{n}" for n in range(4)]),
        ("acknowledge", {"findings": [1], "until": "2026-12-31T00:00:00Z"}, ["until"]),
        ("acknowledge", {"findings": [1], "reason": "x" * 501}, ["reason"]),
        ("snooze", {"findings": [1]}, ["until"]),
        ("snooze", {"findings": [1], "until": "2099-01-01"}, ["until"]),
        ("exempt", {"findings": [1], "until": "2026-12-31T00:00:00Z"}, ["reason"]),
        ("assign", {"findings": [1]}, ["to"]),
    ],
)
def test_what_is_wrong_with_a_body_is_told_by_its_path(deed, body, fields):
    answer = program(factories.user()).post(f"/findings/{deed}", body)
    assert (answer.status_code, [each["field"] for each in answer.json()["errors"]]) == (422, fields)


@pytest.mark.parametrize(
    ("deed", "body", "field"),
    [
        ("snooze", {"until": "0001-01-01T00:00:00+14:00"}, "until"),
        ("snooze", {"until": "9999-12-31T23:59:59-14:00"}, "until"),
        ("exempt", {"until": later(30), "reason": " \0 "}, "reason"),
        ("assign", {"to": "no\0body"}, "to"),
    ],
)
def test_what_does_not_fit_changes_nothing(two, deed, body, field):
    answer = program(factories.user()).post(f"/findings/{deed}", {"findings": two, **body})
    assert (answer.status_code, [each["field"] for each in answer.json()["errors"]]) == (422, [field])
    assert not FindingChange.objects.exclude(kind="found").exists()


def test_of_several_one_that_is_hidden_is_as_one_that_is_not_there_and_none_is_handled(where, two):
    person, theirs = factories.user("none"), factories.finding()
    rights.give("operator", person, where)
    caller = program(person, "run")
    hidden, missing = (caller.post("/findings/acknowledge", {"findings": [*two, pk]}) for pk in (theirs.pk, 4711))
    assert (hidden.status_code, hidden.json()) == (422, missing.json())
    assert [each["field"] for each in hidden.json()["errors"]] == ["findings.2"]
    assert names(caller.get("/findings")) == ["b", "a"]


def test_a_token_that_only_sees_handles_nothing(two):
    answer = program(factories.user(), "read").post("/findings/open", {"findings": two})
    assert (answer.status_code, answer.json()["detail"]) == (403, "This token may not handle a (prod), b (prod).")


def test_a_token_that_names_runbooks_is_for_those_alone(two):
    caller = program(factories.user())
    Token.objects.update(runbooks=["stacks.deploy"])
    assert caller.post("/findings/acknowledge", {"findings": two}).status_code == 403


def test_a_closed_finding_is_left_to_the_sweep(where):
    closed = factories.finding(environment=where, state="closed", closed_at=clock.now())
    answer = program(factories.user()).post("/findings/open", {"findings": [closed.pk]})
    assert (answer.status_code, "Not true any more" in answer.json()["detail"]) == (409, True)
