"""Tokens: what they open, when they end, and what is kept of them."""

import logging
from datetime import timedelta

import pytest

from opsportal import clock, rights
from opsportal.api import limits, tokens
from opsportal.errors import Invalid, Refused
from opsportal.models import Audit, Event, Run, Token
from tests import factories

from .conftest import Program, program


def test_only_a_hash_of_a_token_is_kept():
    made = program(factories.user())
    row = Token.objects.get()
    assert made.secret.startswith(f"{row.prefix}_")
    assert made.secret not in str(vars(row)) + str(list(Audit.objects.values()))
    assert tokens.find(made.secret).person == row.person


@pytest.mark.parametrize("wrong", ["", "x", "opsp_", "opsp_00000000_abc", "🚀", "opsp_\x00_a", "a" * 5000])
def test_a_wrong_token_opens_nothing(wrong):
    assert tokens.find(wrong) is None


def test_a_token_with_another_ending_opens_nothing():
    made = program(factories.user())
    assert tokens.find(made.secret[:-1] + ("a" if made.secret[-1] != "a" else "b")) is None


@pytest.mark.parametrize("end", ["revoked", "expired", "left"])
def test_a_token_ends(end):
    person = factories.user()
    made = program(person)
    if end == "revoked":
        tokens.revoke(made.token, person)
    elif end == "expired":
        Token.objects.update(expires_at=clock.now() - timedelta(seconds=1))
    else:
        person.is_active = False
        person.save()
    assert made.get("/environments").status_code == 401


def test_a_token_reaches_no_environment_that_it_does_not_name():
    person, ours, theirs = factories.user(), factories.environment(), factories.environment()
    made = program(person, environments=[ours])
    assert [each["name"] for each in made.get("/environments").json()] == [ours.name]
    assert made.get(f"/environments/{theirs.name}").status_code == 404
    start = {"runbook": "test.graph", "environment": theirs.name, "params": {"graph": {}}}
    assert made.post("/runs", start).status_code == 422


def test_a_token_whose_last_environment_is_deleted_reaches_none():
    person, ours = factories.user(), factories.environment()
    made = program(person, environments=[ours])
    ours.delete()
    factories.environment()
    assert made.get("/environments").status_code == 403


def test_a_token_gives_no_more_than_its_person_has():
    person, where = factories.user("none"), factories.environment()
    rights.give("viewer", person, where)
    made = program(person, "read")
    assert made.get("/environments").json()[0]["may_start"] is False
    with pytest.raises(Refused, match="a right"):
        program(person, "run", environments=[where])


def test_a_token_without_the_scope_starts_nothing():
    where = factories.environment()
    made = program(factories.user(), "read")
    start = {"runbook": "test.graph", "environment": where.name, "params": {"graph": {}}}
    assert made.post("/runs", start).status_code == 403


@pytest.mark.parametrize(("scopes", "days"), [((), 1), (("all",), 1), (("read",), 0), (("read",), 400)])
def test_a_token_that_makes_no_sense_is_not_made(scopes, days):
    with pytest.raises(Invalid):
        tokens.make(factories.user(), "ci", scopes, clock.now() + timedelta(days=days), None)


def test_the_last_use_is_kept_to_the_minute(django_assert_num_queries):
    made = program(factories.user())
    made.get("/environments")
    first = Token.objects.get().used_at
    made.get("/environments")
    assert (Token.objects.get().used_at, first is not None) == (first, True)


def test_who_asks_too_often_is_told_when_to_come_back(monkeypatch):
    monkeypatch.setattr(limits, "BURST", 2.0)
    monkeypatch.setattr(limits, "RATE", 0.9)
    made = program(factories.user())
    answers = [made.get("/environments") for _ in range(3)]
    assert [each.status_code for each in answers] == [200, 200, 429]
    assert (answers[2]["Retry-After"], answers[2]["Content-Type"]) == ("1", "application/problem+json")


def test_signed_out_is_told_how_to_sign_in():
    answer = Program(None).get("/environments")
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, 'Bearer realm="opsportal"')
    assert "Bearer" in answer.json()["detail"]


def test_a_session_of_the_portal_opens_nothing():
    caller = Program(None)
    caller.client.force_login(factories.user(), "django.contrib.auth.backends.ModelBackend")
    assert caller.get("/environments").status_code == 401


def test_a_refusal_is_on_record_once_a_minute_and_no_stranger_fills_the_audit():
    made = program(factories.user())
    for secret in [f"{made.secret}x"] * 3 + ["opsp_00000000_x"] * 3:
        Program(secret).get("/environments")
    rows = Audit.objects.filter(action="token.refuse")
    assert [(row.object_id, row.data) for row in rows] == [(made.token.pk, {"ended": False})]
    assert made.secret not in str(list(rows.values()))


def test_a_body_over_the_limit_is_refused(settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    answer = program(factories.user()).post("/runs", {"runbook": "x" * 2000, "environment": "dev"})
    assert (answer.status_code, answer.json()["detail"]) == (413, "The request is too large: at most 1000 bytes.")


def test_a_token_is_in_no_log_no_answer_and_no_event(caplog):
    caplog.set_level(logging.DEBUG)
    made, where = program(factories.user()), factories.environment()
    params = {"graph": {"a": []}, "folder": f"use {made.secret} here"}
    start = {"runbook": "test.graph", "environment": where.name, "params": params}
    answers = [
        made.post("/runs", start),
        made.get(f"/runs/{Run.objects.get().pk}"),
        Program(f"{made.secret}x").get("/runs"),
    ]
    assert [answer.status_code for answer in answers] == [202, 200, 401]
    kept = [caplog.text, *(answer.content.decode() for answer in answers), *map(str, Event.objects.values())]
    assert not [text for text in kept if made.secret in text]
