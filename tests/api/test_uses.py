"""What is on record of a token's use: each request with its answer, the same again once an hour."""

import pytest
from django.db import OperationalError, ProgrammingError, connection

from opsportal.api import tokens, uses
from opsportal.models import Audit, Run
from tests import factories

from .conftest import program


def on_record(action):
    return [(row.who, row.data) for row in Audit.objects.filter(action=action).order_by("pk")]


def test_each_use_is_on_record_with_its_token_and_what_it_asked():
    made, run = program(factories.user()), factories.run()
    for path in ("/environments", f"/runs/{run.pk}", "/environments"):
        assert made.get(path).status_code == 200
    who = str(tokens.caller(made.token))
    asked = ["GET /api/v1/environments", f"GET /api/v1/runs/{run.pk}"]
    assert on_record("token.use") == [(who, {"request": each}) for each in asked]


def test_the_same_from_another_address_is_on_record_too():
    made = program(factories.user())
    for address in ("192.0.2.1", "192.0.2.2", "192.0.2.1"):
        made.client.defaults["REMOTE_ADDR"] = address
        made.get("/environments")
    rows = Audit.objects.filter(action="token.use").order_by("pk")
    assert [row.address for row in rows] == ["192.0.2.1", "192.0.2.2"]


@pytest.mark.parametrize(
    ("scope", "call", "why"),
    [
        ("run", ("post", "/runs", "theirs"), "There is no such environment, or this token may not see it."),
        ("read", ("post", "/runs", "ours"), "This token may not start runs on ours."),
        ("read", ("get", "/runs/99", None), "There is no such run, or this token may not see it."),
    ],
)
def test_a_refused_request_is_on_record_with_the_reason(scope, call, why):
    person, ours = factories.user(), factories.environment(name="ours")
    factories.environment(name="theirs")
    made = program(person, scope, environments=[ours])
    method, path, where = call
    body = {"runbook": "test.graph", "environment": where, "params": {"graph": {}}} if where else None
    answers = [made.call(method, path, body).status_code for _ in range(2)]
    request = f"{method.upper()} /api/v1{path}"
    assert on_record("request.refuse") == [
        (str(tokens.caller(made.token)), {"request": request, "status": answers[0], "why": why})
    ]
    assert not Run.objects.exists()


def test_who_asks_too_often_is_on_record(monkeypatch):
    monkeypatch.setattr("opsportal.api.limits.BURST", 1.0)
    monkeypatch.setattr("opsportal.api.limits.RATE", 0.01)
    made = program(factories.user())
    assert [made.get("/environments").status_code for _ in range(2)] == [200, 429]
    assert [data["status"] for _, data in on_record("request.refuse")] == [429]


def test_it_is_on_record_again_an_hour_later_and_a_scan_fills_nothing():
    use = ("GET /api/v1/runs/1", "", "192.0.2.1")
    assert [uses.room(1, use, now=at) > 0 for at in (0.0, 3599.0, 3600.0)] == [True, False, True]
    listed = [uses.room(2, (f"GET /api/v1/runs/{n}", "", ""), now=0.0) for n in range(uses.MOST + 50)]
    assert [left for left in listed if left] == list(range(uses.MOST, 0, -1))


def test_the_last_row_says_that_no_more_are_listed(monkeypatch):
    monkeypatch.setattr(uses, "MOST", 2)
    made = program(factories.user())
    for path in ("/environments", "/runbooks", "/runs"):
        made.get(path)
    assert [data.get("listed") for _, data in on_record("token.use")] == [None, "no more of this hour"]


def test_tokens_beyond_those_remembered_are_on_record_again(monkeypatch):
    monkeypatch.setattr(uses, "KNOWN", 2)
    use = ("GET /api/v1/runs", "", "")
    assert [uses.room(token, use, now=0.0) > 0 for token in (1, 2, 3, 3, 1)] == [True, True, True, False, True]


def failing(error, table):
    """A database that answers what is written to this table with the error."""

    def execute(run, sql, *rest):
        if sql.startswith("INSERT") and table in sql:
            raise error
        return run(sql, *rest)

    return connection.execute_wrapper(execute)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("table", ["opsportal_audit", "opsportal_run"])
def test_a_database_that_is_away_is_answered_with_a_problem(table, caplog):
    made, where = program(factories.user()), factories.environment()
    body = {"runbook": "test.graph", "environment": where.name, "params": {"graph": {}}}
    with failing(OperationalError(2013, "Lost connection to server during query"), table):
        answer = made.post("/runs", body)
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert answer.json()["detail"] == "The database does not answer. Try again."
    assert "did not answer POST /api/v1/runs" in caplog.text
    assert not Run.objects.exists()
    assert made.post("/runs", body).status_code == 202


@pytest.mark.django_db(transaction=True)
def test_a_use_that_could_not_be_written_down_is_on_record_the_next_time():
    made = program(factories.user())
    with failing(OperationalError(2013, "Lost connection to server during query"), "opsportal_audit"):
        assert made.get("/environments").status_code == 503
    assert made.get("/environments").status_code == 200
    assert len(on_record("token.use")) == 1


@pytest.mark.django_db(transaction=True)
def test_rows_that_others_are_at_are_answered_with_a_problem_and_no_run_is_made():
    made, where = program(factories.user()), factories.environment()
    body = {"runbook": "test.graph", "environment": where.name, "params": {"graph": {}}}
    with failing(OperationalError(1213, "Deadlock found"), "opsportal_run"):
        answer = made.post("/runs", body)
    assert (answer.status_code, answer["Retry-After"]) == (503, "1")
    assert answer.json()["detail"] == "Others changed the same at the same moment. Try again."
    assert not Run.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("error", [ProgrammingError("no such column"), OperationalError("no such table")])
def test_a_fault_of_ours_is_a_problem_too_and_stands_in_the_log(caplog, error):
    made, where = program(factories.user()), factories.environment()
    body = {"runbook": "test.graph", "environment": where.name, "params": {"graph": {}}}
    with failing(error, "opsportal_run"):
        answer = made.post("/runs", body)
    assert (answer.status_code, answer["Content-Type"]) == (500, "application/problem+json")
    assert answer.json()["detail"] == "This is a fault of opsportal; its log says what went wrong."
    assert str(error) in caplog.text
    assert "no such column" not in answer.content.decode()
