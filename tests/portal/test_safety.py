"""What holds for every page and every address: who may look, how deeds are sent, what our templates hold."""

import re
from pathlib import Path

import psycopg
import pytest
from django.db import InterfaceError, OperationalError, ProgrammingError, connection
from django.test import Client
from django.urls import reverse

from opsportal.models import Run
from tests import factories
from tests.portal.conftest import html, signed_in

TEMPLATES = sorted(Path("opsportal/templates").rglob("*.html"))
DEEDS = ("run_do", "run_answer", "run_approve", "environment_test")
SHOWN = ("run_page", "run_parts", "run_changelist", "approval_changelist", "run_add", "environment_changelist")
DOWNLOADS = ("environment_trust", "environment_role")


@pytest.fixture
def run():
    run = factories.run(status="asking")
    factories.approval(factories.step(run, "a", status="asking"))
    return run


def address(name, run):
    question = run.steps.get().approvals.get()
    known = {
        "run_do": [run.pk, "cancel"],
        "run_answer": [run.pk, question.pk],
        "run_approve": [run.pk],
        "run_page": [run.pk],
        "run_parts": [run.pk],
        "environment_test": [run.environment_id],
        "environment_trust": [run.environment_id],
        "environment_role": [run.environment_id],
    }
    return reverse(f"admin:opsportal_{name}", args=known.get(name, []))


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_no_template_of_ours_holds_script_or_style(template):
    text = template.read_text()
    assert re.findall(r'<script(?![^>]*\b(?:src=|type="application/json"))|<style|\sstyle=|\son[a-z]+=', text) == []


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_no_template_of_ours_names_another_host(template):
    assert re.findall(r"(?:src|href|action)=[\"']?(?:https?:)?//", template.read_text()) == []


@pytest.mark.parametrize("name", DEEDS)
def test_a_deed_is_posted_and_never_a_link(name, client, run):
    assert client.get(address(name, run)).status_code == 405


@pytest.mark.parametrize("name", DEEDS)
def test_a_deed_needs_the_forms_token(name, person, run):
    client = Client(enforce_csrf_checks=True)
    client.force_login(person)
    assert client.post(address(name, run)).status_code == 403


@pytest.mark.parametrize("name", DEEDS)
def test_a_deed_without_the_right_changes_nothing(name, run):
    signed_in(factories.user("view_environment")).post(
        address(name, run), {"answer": "approve", "questions": str(run.steps.get().approvals.get().pk)}
    )
    run.refresh_from_db()
    assert (run.status, run.steps.get().approvals.get().status) == ("asking", "open")
    assert Run.objects.count() == 1


@pytest.mark.parametrize("name", [*SHOWN, *DOWNLOADS])
def test_a_page_is_not_for_people_without_rights(name, run):
    assert signed_in(factories.user("none")).get(address(name, run)).status_code == 403


@pytest.mark.parametrize("name", [*SHOWN, *DOWNLOADS])
def test_a_page_is_not_for_people_who_are_signed_out(name, run):
    response = Client().get(address(name, run))
    assert response.status_code == 302
    assert response.url.startswith("/admin/login/")


@pytest.mark.parametrize("client", [Client(), "none"], ids=["signed out", "without rights"])
def test_the_stream_is_not_for_everybody(client, run):
    client = signed_in(factories.user("none")) if client == "none" else client
    response = client.get(f"/runs/{run.pk}/stream")
    assert response.status_code == 403
    assert html(response) == "Sign in with the right to see runs."


def test_the_session_is_out_of_reach_of_scripts_and_other_sites(person, client):
    person.set_password("a long enough one")
    person.save()
    response = Client().post("/accounts/login/", {"login": person.username, "password": "a long enough one"})
    cookie = response.cookies["sessionid"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


def test_pages_can_not_be_framed_or_guessed_at(client):
    headers = client.get("/admin/").headers
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"


def test_the_login_leads_nowhere_else(person):
    person.set_password("a long enough one")
    person.save()
    known = {"login": person.username, "password": "a long enough one", "next": "//evil.example/"}
    assert Client().post("/accounts/login/", known).url == "/admin/"


def caused(cause):
    error = OperationalError(str(cause))
    error.__cause__ = cause
    return error


AWAY = (
    InterfaceError("connection already closed"),
    OperationalError("unable to open database file"),
    OperationalError(2006, "MySQL server has gone away"),
    caused(psycopg.OperationalError("connection refused")),
    caused(psycopg.errors.AdminShutdown("terminating connection")),
)
MISTAKES = (
    OperationalError("no such table: opsportal_run"),
    OperationalError(1054, "Unknown column"),
    caused(psycopg.errors.DeadlockDetected("deadlock detected")),
    ProgrammingError("relation does not exist"),
)


@pytest.mark.parametrize("error", [*AWAY, *MISTAKES], ids=str)
def test_that_the_database_is_away_is_no_mistake_of_the_portals(client, error):
    def fail(*_):
        raise error

    client.raise_request_exception = False
    with connection.execute_wrapper(fail):
        answer = client.get("/admin/opsportal/run/")
    told = (answer.status_code, answer.headers.get("retry-after"))
    assert told == ((503, "5") if error in AWAY else (500, None))
    assert ("The database does not answer" if error in AWAY else "The portal made a mistake") in html(answer)
