"""Runs over HTTP."""

import json
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from opsportal import clock, rights, runs
from opsportal.live import pictures
from opsportal.models import Audit, Run
from tests import factories

from .conftest import Program, program


@pytest.fixture
def where():
    return factories.environment(name="dev")


@pytest.fixture
def caller(where):
    return program(factories.user())


def wanted(**changes):
    return {"runbook": "test.graph", "environment": "dev", "params": {"graph": {"a": []}}} | changes


def test_a_run_is_started_and_its_address_told(caller):
    answer = caller.post("/runs", wanted())
    run = Run.objects.get()
    assert (answer.status_code, answer["Location"]) == (202, f"/api/v1/runs/{run.pk}")
    assert caller.get(f"/runs/{run.pk}").json() == answer.json()
    assert (answer.json()["environment"], answer.json()["steps"][0]["key"]) == ("dev", "plan")
    assert "(token ci, opsp_" in Audit.objects.get(action="run.start").who


def test_the_same_key_gives_the_same_run(caller):
    first, again = (caller.post("/runs", wanted(), **{"Idempotency-Key": "k"}).json()["id"] for _ in range(2))
    assert first == again


def test_another_body_under_the_same_key_is_refused(caller):
    caller.post("/runs", wanted(), **{"Idempotency-Key": "k"})
    answer = caller.post("/runs", wanted(params={"graph": {}}), **{"Idempotency-Key": "k"})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "Idempotency-Key")


def test_the_key_of_another_token_is_another_key(caller):
    runs = {
        each.post("/runs", wanted(), **{"Idempotency-Key": "k"}).json()["id"]
        for each in (caller, program(caller.token.person))
    }
    assert len(runs) == 2


def test_a_key_is_kept_for_seven_days(caller):
    def again():
        return caller.post("/runs", wanted(), **{"Idempotency-Key": "k"}).json()["id"]

    first = again()
    Run.objects.update(created_at=clock.now() - runs.KEPT + timedelta(minutes=1))
    assert again() == first
    Run.objects.update(created_at=clock.now() - runs.KEPT - timedelta(minutes=1))
    fresh = again()
    assert (fresh != first, again()) == (True, fresh)


def test_a_plan_is_a_run_of_the_runbook_that_plans(caller):
    body = wanted(runbook="stacks.deploy", params={"blueprint": "ecs-service"})
    answer = caller.post("/plans", body, **{"Idempotency-Key": "k"})
    assert (answer.status_code, answer.json()["runbook"]) == (202, "stacks.plan")
    assert caller.post("/plans", wanted()).json()["errors"][0]["field"] == "runbook"
    assert caller.post("/plans", wanted(runbook="nothing")).status_code == 422


@pytest.mark.parametrize("address", ["/runs/{}", "/runs", "/runs/{}/events", "/environments", "/approvals"])
def test_what_has_not_changed_is_not_sent_again(caller, where, address):
    address = address.format(factories.run(environment=where).pk)
    first = caller.get(address)
    again = caller.get(address, **{"If-None-Match": first["ETag"]})
    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")
    Run.objects.update(status="failed")
    if address.startswith("/runs") and not address.endswith("events"):
        assert caller.get(address, **{"If-None-Match": first["ETag"]}).status_code == 200


def test_without_a_key_each_request_is_a_run(caller):
    assert len({caller.post("/runs", wanted()).json()["id"] for _ in range(2)}) == 2


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"environment": "nowhere"}, "environment"),
        ({"runbook": "test.nothing"}, "runbook"),
        ({"params": {"graph": 7}}, "params.graph"),
        ({"params": {"graph": {}, "grahp": {}}}, "params.grahp"),
        ({"params": "x"}, "params"),
        ({"environment": "\x00"}, "environment"),
    ],
)
def test_what_cannot_be_started_is_told_by_field(caller, changes, field):
    answer = caller.post("/runs", wanted(**changes))
    assert (answer.status_code, answer["Content-Type"]) == (422, "application/problem+json")
    assert field in [each["field"] for each in answer.json()["errors"]]
    assert not Run.objects.exists()


@pytest.mark.parametrize("query", ["status=nonsense", "environment=nowhere"])
def test_runs_are_not_looked_for_by_what_there_is_not(caller, query):
    answer = caller.get(f"/runs?{query}")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, query.split("=")[0])


def test_a_name_that_a_request_does_not_have_starts_nothing(caller):
    answer = caller.post("/runs", wanted(only=["vpc"]))
    assert (answer.status_code, answer.json()["errors"]) == (
        422,
        [{"field": "only", "detail": "There is no such parameter"}],
    )
    assert not Run.objects.exists()


def test_a_run_is_cancelled_and_retried(caller):
    run = caller.post("/runs", wanted()).json()["id"]
    assert caller.post(f"/runs/{run}/retry").status_code == 409
    assert caller.post(f"/runs/{run}/cancel").json()["status"] == "cancelled"
    assert caller.post(f"/runs/{run}/retry").status_code == 202
    assert caller.post(f"/runs/{run}/explode").status_code == 404


def test_runs_come_in_pages_the_newest_first(caller, where):
    made = [factories.run(environment=where, status="failed" if n % 2 else "succeeded").pk for n in range(5)]
    seen, cursor = [], ""
    while cursor is not None:
        page = caller.get(f"/runs?limit=2&cursor={cursor}").json()
        seen += [run["id"] for run in page["items"]]
        cursor = page["next"]
    assert seen == made[::-1]
    assert len(caller.get("/runs?status=failed&environment=dev").json()["items"]) == 2


def test_a_run_of_others_is_as_one_that_is_not_there(where):
    person, run = factories.user("none"), factories.run()
    rights.give("viewer", person, where)
    caller = program(person, "read")
    hidden, missing = caller.get(f"/runs/{run.pk}"), caller.get("/runs/4711")
    assert (hidden.status_code, hidden.json()) == (404, missing.json())
    assert caller.get("/runs").json()["items"] == []


def statements(call):
    """What the database was asked, without the values."""
    with CaptureQueriesContext(connection) as asked:
        call()
    return [re.sub(r"'[^']*'|\d+", "?", each["sql"]) for each in asked]


def test_the_work_tells_neither_a_run_of_others_from_none_nor_why_a_token_is_wrong(where):
    person, run = factories.user("none"), factories.run()
    rights.give("viewer", person, where)
    caller = program(person, "read")
    caller.get("/environments")
    assert statements(lambda: caller.get(f"/runs/{run.pk}")) == statements(lambda: caller.get("/runs/4711"))
    nobody, wrong = Program("opsp_00000000_x"), Program(f"{caller.secret}x")
    wrong.get("/runs")  # that it was refused is on record once a minute
    asked = [statements(lambda who=who, n=n: who.get(f"/runs/{n}")) for who in (nobody, wrong) for n in (run.pk, 4711)]
    tokens = [[each for each in one if "opsportal_token" in each] for one in asked]
    assert tokens[0]
    assert all(each == tokens[0] for each in tokens)
    assert not [each for one in asked for each in one if "opsportal_run" in each]


@pytest.mark.parametrize("address", ["/runs/1", "/runs", "/environments", "/runbooks/test.graph"])
def test_a_wrong_token_learns_nothing_of_what_there_is(address, where):
    factories.run(environment=where)
    there, not_there = (Program("opsp_00000000_x").get(each) for each in (address, "/runs/4711"))
    assert (there.status_code, there.json()) == (401, not_there.json())


@pytest.mark.parametrize("method", ["get", "post", "delete"])
@pytest.mark.parametrize("address", ["/nothing", "/runs/x", "/approvals/-1"])
def test_an_address_that_is_none_is_told_as_a_problem(caller, method, address):
    caller.client.handler.enforce_csrf_checks = True
    answer = caller.call(method, address)
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")


def test_events_come_after_a_number(caller, where):
    run = factories.run(environment=where)
    for n in range(3):
        factories.line(run, f"line {n}")
    found = caller.get(f"/runs/{run.pk}/events?after=1&limit=1").json()
    assert ([each["text"] for each in found["items"]], found["more"]) == (["line 1"], True)


def test_reading_a_run_takes_a_constant_number_of_queries(caller, where, django_assert_max_num_queries):
    run = factories.run(environment=where)
    for n in range(30):
        factories.step(run, f"s{n}")
    caller.get(f"/runs/{run.pk}")
    with django_assert_max_num_queries(12):
        caller.get(f"/runs/{run.pk}")


def test_what_can_be_run_comes_with_its_parameters(caller):
    book = next(each for each in caller.get("/runbooks").json() if each["name"] == "test.graph")
    assert "graph" in book["parameters"]["properties"]
    assert caller.get("/runbooks/test.graph").json() == book
    assert caller.get("/runbooks/nothing").status_code == 404


def test_rest_and_the_stream_tell_a_line_alike():
    run = factories.run()
    said = factories.line(run, "hello", data={"n": 1})
    of_stream = pictures.line_message(said).decode().split("data: ")[1]
    assert json.loads(of_stream) == program(factories.user()).get(f"/runs/{run.pk}/events").json()["items"][0]
