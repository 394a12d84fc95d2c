"""Home: what needs this person, and how the environments are."""

from datetime import timedelta

import pytest

from opsportal import clock
from tests import factories
from tests.portal.conftest import html, signed_in

HOUR = timedelta(hours=1)


def test_home_shows_what_needs_this_person(client, person):
    mine = factories.run(requested_by=person)
    factories.approval(factories.step(mine, "a"), question="Mine, so not for me?")
    factories.approval(factories.step(factories.run(), "a"), question="For me?")
    text = html(client.get("/admin/"))
    assert "For me?" in text
    assert "not for me" not in text
    assert "1 more question waits for others" in text


def test_home_says_so_when_nothing_needs_anybody(client):
    assert "Nothing needs you." in html(client.get("/admin/"))


def failed(ago=HOUR, **fields):
    known = {"status": "failed", "reason": "vpc: no more room", "ended_at": clock.now() - ago}
    return factories.run(**known | fields)


def test_a_run_that_failed_needs_whoever_may_start_another_one(client):
    failed()
    context = client.get("/admin/").context
    assert (len(context["failures"]), context["needs"]) == (1, 1)
    viewer = signed_in(factories.user("view_environment"))
    assert viewer.get("/admin/").context["needs"] == 0


@pytest.mark.parametrize("status", ["running", "succeeded", "failed"])
def test_a_failure_that_was_followed_by_another_run_of_its_kind_is_dealt_with(client, status):
    first = failed()
    later = failed(environment=first.environment, status=status, reason="later")
    elsewhere = failed(reason="elsewhere")
    shown = [run.pk for run in client.get("/admin/").context["failures"]]
    assert shown == sorted({elsewhere.pk} | ({later.pk} if status == "failed" else set()), reverse=True)


def test_a_failure_of_days_ago_is_history(client):
    failed(ago=timedelta(days=4))
    assert client.get("/admin/").context["failures"] == []


def health(client):
    return client.get("/admin/").context["places"][0].health


def test_an_environments_health_is_what_its_last_connection_test_found(client):
    where = factories.environment()
    assert health(client).word == "never tested"
    known = {"environment": where, "runbook": "environment.test"}
    failed(**known, reason="The role lacks cloudformation:ExecuteChangeSet.")
    assert (health(client).colour, health(client).word) == ("bad", "The role lacks cloudformation:ExecuteChangeSet.")
    factories.run(**known, status="running")
    assert health(client).colour == "live"
    factories.run(**known, status="succeeded")
    assert (health(client).colour, health(client).word) == ("ok", "AWS lets us in")


def test_a_connection_test_is_no_deployment(client):
    where = factories.environment()
    change = factories.run(environment=where, status="succeeded")
    factories.run(environment=where, runbook="environment.test", status="failed")
    assert client.get("/admin/").context["places"][0].change == change
