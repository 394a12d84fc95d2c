"""A role on one environment opens nothing of another: lists, pages, streams, forms."""

from functools import partial

import pytest
from django.urls import reverse

from opsportal import rights
from opsportal.live import view as live
from opsportal.models import Environment
from tests import factories

from .conftest import html, signed_in


@pytest.fixture
def places():
    """An environment of ours and one of others, each with a run that asks."""
    found = {}
    for name in ("ours", "theirs"):
        run = factories.run(environment=factories.environment(name=name))
        found[name] = factories.approval(factories.step(run, f"step-{name}", status="asking"), question=f"Go {name}?")
    return found


@pytest.fixture
def operator(places):
    person = factories.user("view_calendar", username="olga")
    rights.give("operator", person, Environment.objects.get(name="ours"))
    return person


def run_of(places, name):
    return places[name].step.run


@pytest.mark.parametrize(
    "address", ["/admin/", "/admin/opsportal/run/", "/admin/opsportal/approval/", "/admin/opsportal/environment/"]
)
def test_a_list_shows_only_what_is_ours(operator, places, address):
    text = html(signed_in(operator).get(address))
    assert "ours" in text
    assert "theirs" not in text


@pytest.mark.parametrize("name", ["page", "parts"])
def test_a_page_of_others_is_not_shown(operator, places, name):
    client = signed_in(operator)
    got = {
        whose: client.get(reverse(f"admin:opsportal_run_{name}", args=[run_of(places, whose).pk])).status_code
        for whose in places
    }
    assert got == {"ours": 200, "theirs": 403}


def test_lines_of_others_are_not_given(operator, places):
    client = signed_in(operator)
    got = {whose: client.get(f"/runs/{run_of(places, whose).pk}/lines").status_code for whose in places}
    assert got == {"ours": 200, "theirs": 403}


@pytest.mark.parametrize("verb", ["cancel", "retry", "undo", "deploy"])
def test_nothing_is_done_to_a_run_of_others(operator, places, verb):
    theirs = run_of(places, "theirs")
    address = reverse("admin:opsportal_run_do", args=[theirs.pk, verb])
    assert signed_in(operator).post(address).status_code == 403
    theirs.refresh_from_db()
    assert theirs.cancel_at is None


def test_a_run_does_not_start_on_an_environment_of_others(operator, places):
    client = signed_in(operator)
    form = html(client.get(reverse("admin:opsportal_run_add") + "?runbook=environment.test"))
    assert "ours" in form
    assert "theirs" not in form
    sent = {"runbook": "environment.test", "environment": "theirs"}
    assert client.post(reverse("admin:opsportal_run_add"), sent).status_code == 422


def test_an_environment_of_others_does_not_open(operator, places):
    client = signed_in(operator)
    theirs = Environment.objects.get(name="theirs")
    addresses = [
        reverse("admin:opsportal_environment_change", args=[theirs.pk]),
        reverse("admin:opsportal_environment_role", args=[theirs.pk]),
        reverse("admin:opsportal_environment_trust", args=[theirs.pk]),
        reverse("environment_people", args=[theirs.pk]),
    ]
    assert {client.get(address).status_code for address in addresses} <= {302, 403, 404}
    assert "theirs" not in html(client.get("/admin/"))


def test_an_operator_sees_the_settings_of_an_environment_and_changes_none(operator, places):
    ours = Environment.objects.get(name="ours")
    client = signed_in(operator)
    address = reverse("admin:opsportal_environment_change", args=[ours.pk])
    assert client.get(address).status_code == 200
    assert client.post(address, {"name": "mine"}).status_code == 403


def test_the_stream_of_others_is_refused(operator, places):
    assert live.may_view(operator, run_of(places, "ours").pk)
    assert not live.may_view(operator, run_of(places, "theirs").pk)
    assert not live.may_still_view(partial(live.person, operator.pk), run_of(places, "theirs").pk)
