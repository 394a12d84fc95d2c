"""A CI's token for one of ours."""

import json
import logging
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from pydantic import ValidationError

from config.env import Env
from opsportal import clock, publishers, rights
from opsportal.api import exchange, jwks, limits, refusals
from opsportal.audit import edits
from opsportal.models import Audit, Run, Token, UsedToken
from tests import factories

from .ci import AUDIENCE, GITHUB, Job, administrator, gitlab, publisher
from .conftest import Program


@pytest.fixture
def job(sandbox, settings):
    settings.CI_GITHUB_ISSUERS, settings.CI_GITLAB_ISSUERS = [sandbox.url], [f"{sandbox.url}/gitlab"]
    settings.PUBLIC_URL = AUDIENCE
    jwks._kept.clear()
    refusals._counts.clear()
    yield Job(sandbox)
    sandbox.issuers("answers")


@pytest.fixture
def rule(job):
    return publisher(job.issuer)


def refused(answer, why=None):
    """Whether it is the one answer that all refusals are, and the audit's last row says why, None: there is none."""
    last = Audit.objects.filter(action="publisher.refuse").first()
    told = last is None if why is None else why in last.data["why"]
    return told and answer.status_code == 401 and "can't be exchanged" in answer.json()["detail"]


def test_a_jobs_token_is_exchanged_for_one_of_ours(job, rule):
    answer = job.exchange()
    found, token = answer.json(), Token.objects.get()
    left = datetime.fromisoformat(found["expires_at"]) - clock.now()
    assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store")
    assert timedelta(minutes=14) < left <= timedelta(minutes=15)
    assert (found["runbooks"], found["environments"]) == (["test.graph"], [rule.environments.get().name])
    assert (token.scopes, token.everywhere, token.publisher, token.person) == (
        ["read", "run"],
        False,
        rule,
        rule.person,
    )


def test_our_token_starts_what_the_rule_names_and_nothing_else(job, rule):
    program, where = Program(job.exchange().json()["token"]), rule.environments.get().name
    other, elsewhere = factories.environment().name, {"runbook": "test.typed", "environment": where, "params": {}}
    start = {"runbook": "test.graph", "environment": where, "params": {"graph": {"a": []}}}
    assert program.post("/runs", start).status_code == 202
    assert program.post("/runs", elsewhere).status_code == 403
    assert program.post("/runs", start | {"environment": other}).status_code == 422
    theirs = factories.run(environment=rule.environments.get(), runbook="test.typed")
    assert program.post(f"/runs/{theirs.pk}/cancel").status_code == 403


def test_who_began_the_job_stands_in_the_audit_of_the_exchange_and_of_the_run(job, rule):
    program = Program(job.exchange().json()["token"])
    start = {"runbook": "test.graph", "environment": rule.environments.get().name, "params": {"graph": {}}}
    program.post("/runs", start)
    row = Audit.objects.get(action="publisher.exchange")
    assert (row.who, row.what, row.data["workflow_ref"]) == ("octocat in octo-org/shop", "shop", GITHUB["workflow_ref"])
    assert "octocat" in Audit.objects.get(action="run.start").who
    assert Run.objects.get().requested_by == rule.person


def test_no_token_is_in_the_audit_the_log_or_an_answer(job, rule, caplog):
    caplog.set_level(logging.DEBUG)
    tokens = [job.token(), job.token(ref="x"), job.token(how={"foreign_key": True}), job.token(aud="x")]
    answers = [job.exchange(token) for token in [*tokens, tokens[0]]]
    kept = str(list(Audit.objects.values())) + caplog.text + str(list(Token.objects.values()))
    kept += "".join(str(answer.content) for answer in answers)
    assert [token for token in tokens if token in kept or token.rsplit(".", 1)[1] in kept] == []
    assert answers[0].json()["token"] not in str(list(Audit.objects.values())) + caplog.text


def test_gitlab_is_exchanged_likewise(job, sandbox):
    issuer = f"{sandbox.url}/gitlab"
    rule = {"kind": "gitlab", "repository": "octo/team/shop", "owner_id": "72", "workflow": ".gitlab-ci.yml"}
    publisher(issuer, **rule)
    claims = gitlab(issuer.removeprefix("http://"))
    assert job.exchange(path="/gitlab", claims=claims).status_code == 200
    request = job.exchange(path="/gitlab", claims=claims, pipeline_source="merge_request_event")
    assert refused(request, "pipeline_source")
    assert refused(job.exchange(path="/gitlab", claims=claims, namespace_id="73"), "namespace_id")
    assert Audit.objects.get(action="publisher.exchange").who == "lab in octo/team/shop"


def test_a_token_is_exchanged_once_whatever_becomes_of_caches(job, rule):
    token = job.token()
    assert job.exchange(token).status_code == 200
    assert refused(job.exchange(token), "before")
    cache.clear()
    jwks._kept.clear()
    limits._buckets.clear()
    assert refused(job.exchange(token), "before")
    UsedToken.objects.all().delete()
    assert job.exchange(token).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_of_two_exchanges_at_once_one_succeeds(job, rule):
    token, begin = job.token(), Barrier(2)
    job.exchange()

    def ask(_):
        begin.wait()
        try:
            return job.exchange(token).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(ask, range(2))) == [200, 401]
    assert Token.objects.count() == 2


@pytest.mark.parametrize(
    "how",
    [
        {"algorithm": "none"},
        {"algorithm": "HS256"},
        {"foreign_key": True},
        {"headers": {"alg": "RS512"}},
        {"headers": {"kid": "unknown"}},
        {"headers": {"kid": None}},
        {"headers": {"kid": ["a"]}},
        {"headers": {"crit": ["exp"]}},
    ],
)
def test_what_no_allowed_issuer_has_signed_is_refused_without_a_row(job, rule, how):
    assert refused(job.exchange(how=how))
    assert not Audit.objects.filter(action="publisher.refuse").exists()


@pytest.mark.parametrize("issuer", ["https://token.actions.example.com", "", None, 7, ["a"]])
def test_another_issuer_is_refused(job, rule, issuer):
    assert refused(job.exchange(iss=issuer))


def test_one_issuer_does_not_sign_for_another(job, rule, sandbox):
    assert refused(job.exchange(path="/gitlab", iss=sandbox.url))


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "é.é.é", "\x00", "e30.e30.", "." * 4_000, "🚀", "opsp_00000000_a"])
def test_what_is_no_token_is_refused(job, rule, token):
    assert refused(job.exchange(token))


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"aud": "https://github.com/octo-org"}, "audience"),
        ({"aud": [AUDIENCE]}, "audience"),
        ({"aud": AUDIENCE + "/"}, "audience"),
        ({"exp": time.time() - 40}, "expired"),
        ({"iat": time.time() + 86_400}, "future"),
        ({"nbf": time.time() + 86_400}, "future"),
        ({"exp": time.time() + 3e9}, "month"),
        ({"exp": "soon"}, "type"),
        ({"exp": 1e300}, "month"),
        ({"jti": 7}, "type"),
        ({"jti": ""}, "too long"),
        ({"jti": "x" * 256}, "too long"),
        *(({name: None}, f"“{name}”") for name in ("jti", "exp", "iat", "nbf", "sub", "aud")),
    ],
)
def test_a_token_that_is_not_for_us_or_not_in_time_is_refused(job, rule, changes, why):
    assert refused(job.exchange(**changes), why)


def test_clocks_may_differ_by_half_a_minute(job, rule):
    now = time.time()
    assert job.exchange(iat=now + 20, nbf=now + 20, exp=now - 20).status_code == 200


@pytest.mark.parametrize(
    ("changes", "claim"),
    [
        ({"event_name": "pull_request_target"}, "event_name"),
        ({"event_name": "pull_request", "head_ref": "main", "base_ref": "main"}, "event_name"),
        ({"event_name": "workflow_run"}, "event_name"),
        ({"repository_owner_id": "9920"}, "repository_owner_id"),
        ({"repository_owner_id": None}, "repository_owner_id"),
        ({"repository_owner_id": ["9919"]}, "repository_owner_id"),
        ({"workflow_ref": "octo-org/shop/.github/workflows/test.yml@refs/heads/main"}, "workflow_ref"),
        ({"workflow_ref": "octo-org/shop/.github/workflows/deploy.yml@refs/heads/else"}, "workflow_ref"),
        ({"workflow_ref": "evil/shop/.github/workflows/deploy.yml@refs/heads/main"}, "workflow_ref"),
        ({"ref": "refs/heads/main2"}, "ref"),
        ({"ref": "refs/heads/Main"}, "ref"),
        ({"ref": "refs/pull/7/merge"}, "ref"),
    ],
)
def test_a_job_that_is_not_quite_the_rules_is_refused(job, rule, changes, claim):
    assert refused(job.exchange(**changes), claim)
    row = Audit.objects.get(action="publisher.refuse")
    assert (row.what, row.who, row.data["repository"]) == ("shop", "octocat in octo-org/shop", "octo-org/shop")


def test_a_fork_is_another_repository(job, rule):
    assert refused(job.exchange(repository="evil/shop", repository_owner_id="666"), "names this repository")


def test_a_rule_may_ask_for_an_environment_of_the_ci(job):
    publisher(job.issuer, ref="", ci_environment="production")
    branch = {"ref": "refs/heads/x", "workflow_ref": "octo-org/shop/.github/workflows/deploy.yml@refs/heads/x"}
    assert refused(job.exchange(**branch), "environment")
    assert refused(job.exchange(environment="staging", **branch), "environment")
    assert job.exchange(environment="production", **branch).status_code == 200


def test_of_two_rules_the_narrower_one_counts(job):
    publisher(job.issuer, ci_environment="production", runbooks=["test.typed"])
    publisher(job.issuer)
    assert job.exchange(environment="production").json()["runbooks"] == ["test.typed"]
    assert job.exchange().json()["runbooks"] == ["test.graph"]


def test_a_disabled_publisher_exchanges_nothing_and_its_tokens_end(job, rule):
    program = Program(job.exchange().json()["token"])
    assert program.get("/environments").status_code == 200
    publishers.disable(rule.pk, rule.person)
    assert program.get("/environments").status_code == 401
    assert refused(job.exchange(), "disabled")


def test_a_person_who_left_or_lost_their_rights_gives_none(job, rule):
    program = Program(job.exchange().json()["token"])
    rule.person.user_permissions.clear()
    assert program.get("/environments").status_code == 403
    assert refused(job.exchange(), "may not start")
    rule.person.is_active = False
    rule.person.save()
    assert program.get("/environments").status_code == 401
    assert refused(job.exchange(), "has left")


def test_old_keys_go_on_while_the_issuer_is_away(job, rule, sandbox, monkeypatch):
    assert job.exchange().status_code == 200
    monkeypatch.setattr(jwks, "FRESH", 0.0)
    monkeypatch.setattr(jwks, "COOL", 0.0)
    sandbox.issuers("away")
    assert job.exchange().status_code == 200
    assert sandbox.control("GET", "oidc")["asked"] == 1


@pytest.mark.parametrize("mode", ["away", "huge", "slow", "moved"])
def test_an_issuer_that_does_not_answer_as_it_should_is_as_one_that_is_away(job, rule, sandbox, mode, monkeypatch):
    monkeypatch.setattr(jwks, "LIMIT", 0.5)
    sandbox.issuers(mode)
    begin = time.monotonic()
    assert refused(job.exchange())
    assert time.monotonic() - begin < 3
    assert sandbox.control("GET", "oidc")["asked"] == 1


def test_a_new_key_is_fetched_and_a_withdrawn_one_forgotten(job, rule, sandbox, monkeypatch):
    monkeypatch.setattr(jwks, "COOL", 0.0)
    old = job.token()
    assert job.exchange().status_code == 200
    sandbox.rotate()
    assert job.exchange().status_code == 200
    assert refused(job.exchange(old))


def test_unknown_keys_let_the_issuer_be_asked_once_a_minute(job, rule, sandbox):
    sandbox.issuers("answers")
    for _ in range(5):
        job.exchange(how={"headers": {"kid": "unknown"}})
    assert sandbox.control("GET", "oidc")["asked"] == 2  # the configuration and the keys


def test_outsiders_fill_neither_the_audit_nor_the_log(job, rule, monkeypatch, caplog):
    monkeypatch.setattr(edits, "FAILURES_OF_ONE", 3)
    monkeypatch.setattr(refusals, "_said", float("-inf"))
    for _ in range(5):
        job.exchange(ref="x")
        job.exchange("x.y.z")
    rows = Audit.objects.filter(action="publisher.refuse")
    assert (rows.count(), "no more" in rows.first().data["listed"]) == (3, True)
    assert len([record for record in caplog.records if "CI tokens refused" in record.message]) == 1


def test_an_address_may_ask_so_often(job, rule, monkeypatch):
    monkeypatch.setattr(exchange, "BURST", 2.0)
    answers = [job.exchange("x") for _ in range(3)]
    assert [each.status_code for each in answers] == [401, 401, 429]
    assert answers[2]["Retry-After"] == "1"


@pytest.mark.parametrize(
    ("address", "shown"),
    [("192.0.2.7", "192.0.2.7"), ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"), ("", "")],
)
def test_addresses_of_one_network_count_together(address, shown):
    assert exchange.neighbourhood(address) == shown


def test_a_long_request_is_refused_before_it_is_read(job, rule):
    sent = json.dumps({"token": "x" * 100_000})
    answer = Client().post("/api/v1/token", sent, content_type="application/json")
    assert (answer.status_code, answer["Content-Type"]) == (413, "application/problem+json")


@pytest.mark.parametrize("sent", ["", "{", "[]", "[" * 10_000, "{}", '{"token": 7}', '{"token": null}'])
def test_a_request_without_a_token_is_told_what_it_needs(job, rule, sent):
    answer = Client().post("/api/v1/token", sent, content_type="application/json")
    assert (answer.status_code in (400, 422), answer["Content-Type"]) == (True, "application/problem+json")


def test_what_has_ended_is_forgotten(job, rule):
    job.exchange()
    UsedToken.objects.update(expires_at=clock.now() - timedelta(hours=2))
    Token.objects.update(expires_at=clock.now() - timedelta(days=31))
    job.exchange()
    assert (UsedToken.objects.count(), Token.objects.count()) == (1, 1)


def test_a_token_reaches_only_what_its_person_may_start_on(job):
    ours, theirs = factories.environment(), factories.environment()
    rule = publisher(job.issuer, environments=[ours, theirs], by=administrator())
    rule.person.user_permissions.clear()
    rights.give("operator", rule.person, ours)
    rights.give("viewer", rule.person, theirs)
    assert job.exchange().json()["environments"] == [ours.name]


@pytest.mark.parametrize("issuer", ["http://gitlab.example.com", "https://gitlab.example.com/", "gitlab.example.com"])
def test_an_issuer_that_no_token_can_name_or_anybody_can_play_ends_the_start(issuer):
    with pytest.raises(ValidationError, match="is no issuer"):
        Env(ci_gitlab_issuers=f"https://gitlab.com, {issuer}")


def test_the_portals_address_is_the_audience_unless_another_is_set(job, rule, settings):
    settings.CI_AUDIENCE = "opsportal"
    assert refused(job.exchange(), "audience")
    assert job.exchange(aud="opsportal").status_code == 200
