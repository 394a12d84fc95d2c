"""Every operation of the API × every role × the own and another environment. A new operation without a row fails."""

from datetime import timedelta

import pytest
from django.test import Client

from opsportal import clock, rights
from opsportal.api.runs import DEEDS
from opsportal.models import Environment, Token
from tests import factories

from .conftest import program

VIEW, OPERATE, APPROVE = rights.VIEW, rights.OPERATE, rights.APPROVE
ANYWHERE = "with any role"
SCOPES = {VIEW: "read", OPERATE: "run", APPROVE: "approve"}

# Each operation, and what it takes. `{…}` are of the environment.
TABLE = {
    "POST /runs": OPERATE,
    "POST /plans": OPERATE,
    "GET /runs": ANYWHERE,
    "GET /runs/{run_id}": VIEW,
    "GET /runs/{run_id}/events": VIEW,
    "GET /runs/{run_id}/stream": VIEW,
    **{f"POST /runs/{{run_id}}/{deed}": OPERATE for deed in ("cancel", "retry", "undo")},
    "GET /approvals": ANYWHERE,
    "GET /approvals/{approval_id}": VIEW,
    "POST /approvals/{approval_id}": APPROVE,
    "GET /policies": ANYWHERE,
    "GET /policies/{policy_id}": VIEW,
    "POST /policies/{policy_id}/run": OPERATE,
    "GET /findings": ANYWHERE,
    "GET /findings/{finding_id}": VIEW,
    **{f"POST /findings/{deed}": OPERATE for deed in ("acknowledge", "snooze", "exempt", "assign", "open")},
    "GET /environments": ANYWHERE,
    "GET /environments/{name}": VIEW,
    "GET /runbooks": ANYWHERE,
    "GET /runbooks/{name}": ANYWHERE,
}


def operations():
    """All but the exchange, which takes a CI's token: test_exchange.py."""
    schema = Client().get("/api/v1/openapi.json").json()
    for path, methods in schema["paths"].items():
        lines = [f"{method.upper()} {path.removeprefix('/api/v1')}" for method in methods if path != "/api/v1/token"]
        yield from (line.replace("{deed}", deed) for line in lines for deed in DEEDS)


def test_every_operation_has_a_row():
    assert set(operations()) == set(TABLE)


@pytest.fixture
def places():
    return {name: rows(factories.environment(name=name)) for name in ("ours", "theirs")}


def rows(environment):
    run = factories.run(environment=environment, runbook="stacks.plan")
    approval = factories.approval(factories.step(run, "a", status="asking"))
    finding, policy = factories.finding(environment=environment), factories.policy([environment])
    return {"environment": environment, "run": run, "approval": approval, "finding": finding, "policy": policy}


def status(caller, line, row):
    """What this operation of the table is answered with."""
    method, path = line.split()
    name = "test.graph" if path.startswith("/runbooks") else row["environment"].name
    kinds = ("policy", "run", "approval", "finding")
    ids = {f"{kind}_id": row[kind].pk for kind in kinds} | {"name": name}
    body = sent(path, name, row) if method == "POST" else None
    return caller.call(method.lower(), path.format(**ids), body).status_code


def sent(path, name, row):
    """What this operation takes."""
    if "approval" in path:
        return {"answer": "approve", "digest": row["approval"].digest}
    if "finding" in path:
        hidden = {"until": (clock.now() + timedelta(days=7)).isoformat(), "reason": "because"}
        more = {"snooze": hidden, "exempt": hidden, "assign": {"to": None}}
        return {"findings": [row["finding"].pk], **more.get(path.split("/")[-1], {})}
    return {"runbook": "stacks.deploy", "environment": name, "params": {"blueprint": "ecs-service"}}


def refused(code):
    """Turned away; 422 is what an environment that is not seen is answered with, 409 a run that can't do that now."""
    return code in (401, 403, 404, 422)


def holder(role, places):
    person = factories.user("none")
    if role != "none":
        rights.give(role, person, places["ours"]["environment"])
    return person


def allowed(needed, role, whose):
    return role != "none" and (needed == ANYWHERE or (whose == "ours" and needed in rights.ROLES[role]))


@pytest.mark.parametrize("role", [*rights.ROLES, "none"])
def test_a_token_opens_what_its_person_may_and_nothing_of_others(role, places):
    caller, wrong = program(holder(role, places)), []
    for line, needed in TABLE.items():
        for whose, row in places.items():
            code = status(caller, line, row)
            if refused(code) == allowed(needed, role, whose):
                wrong.append(f"{line}, {whose}: {code}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("right", SCOPES)
def test_a_token_opens_what_its_scope_says_on_the_environments_it_names(right, places):
    person, wrong = factories.user(), []
    caller = program(person, SCOPES[right], environments=[places["ours"]["environment"]])
    for line, needed in TABLE.items():
        for whose, row in places.items():
            code = status(caller, line, row)
            may = needed == ANYWHERE or (whose == "ours" and needed in (VIEW, right))
            if refused(code) == may:
                wrong.append(f"{line}, {whose}: {code}")
    assert not wrong, "\n".join(wrong)


def test_a_token_without_its_environments_opens_nothing_of_any(places):
    caller = program(factories.user(), environments=[places["ours"]["environment"]])
    Token.objects.get().environments.clear()
    assert Environment.objects.count() == 2
    for line in TABLE:
        assert refused(status(caller, line, places["ours"])), line
