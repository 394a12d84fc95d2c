"""The stop button, the glass and freeze calendars, as people press them."""

import pytest
from django.urls import reverse

from opsportal import approvals, clock, health, holds, rights
from opsportal.health import observing
from opsportal.models import Calendar, Pause
from tests import factories

from .conftest import html, signed_in

ALWAYS = "daily 00:00 - 00:00 stock-taking"


@pytest.fixture
def place():
    return factories.environment(name="prod")


def press(client, where, reason="the bank audits"):
    return client.post(reverse("pause"), {"environment": where, "reason": reason}, follow=True)


def test_a_pause_is_told_on_every_page_until_it_ends(client, place):
    assert "Changes in prod are paused." in html(press(client, place.pk))
    for address in ("/admin/", "/admin/opsportal/run/", "/admin/opsportal/environment/", "/admin/opsportal/runbooks/"):
        assert "the bank audits" in html(client.get(address))
    client.post(reverse("resume", args=[Pause.objects.get().pk]))
    assert "the bank audits" not in html(client.get("/admin/"))
    assert Pause.objects.get().ended_at


def test_everything_is_paused_at_once(client):
    assert "All changes are paused." in html(press(client, "*"))


def test_a_pause_without_a_reason_is_refused_with_a_sentence(client, place):
    assert "Say why changes are paused" in html(press(client, place.pk, " "))
    assert not Pause.objects.exists()


@pytest.mark.parametrize("where", ["", "999", "x", "9" * 30])
def test_a_place_that_is_not_there_is_refused(client, where):
    assert press(client, where).status_code == 403


def test_who_operates_one_environment_pauses_only_that(place):
    olga, other = factories.user("view_calendar"), factories.environment(name="other")
    rights.give("operator", olga, place)
    client = signed_in(olga)
    assert press(client, other.pk).status_code == 403
    assert "You don&#x27;t have the right to pause" in html(press(client, "*"))
    press(client, place.pk)
    assert Pause.objects.get().environment == place


def test_a_viewer_is_told_of_a_pause_and_ends_none(place):
    pause = holds.pause(place, factories.user(), "the bank audits")
    viewer = factories.user("view_environment")
    text = html(signed_in(viewer).get("/admin/"))
    assert "the bank audits" in text
    assert "Resume changes" not in text
    signed_in(viewer).post(reverse("resume", args=[pause.pk]))
    assert Pause.objects.get().ended_at is None


def test_a_pause_elsewhere_is_nobodys_news(place):
    other = factories.environment(name="other")
    holds.pause(other, factories.user(), "the bank audits")
    olga = factories.user("view_calendar")
    rights.give("viewer", olga, place)
    assert "the bank audits" not in html(signed_in(olga).get("/admin/"))


def test_broken_glass_is_told_on_every_page_until_the_run_is_over(place):
    run = factories.run(environment=place)
    holds.break_glass(run.pk, factories.user(username="olga"), "the certificate expires tonight")
    viewer = signed_in(factories.user("view_environment"))
    for address in ("/admin/", "/admin/opsportal/run/", "/admin/opsportal/environment/", "/admin/opsportal/runbooks/"):
        text = html(viewer.get(address))
        assert f"olga broke the glass: run {run.pk} may change prod during a freeze." in text
        assert "the certificate expires tonight" in text
        assert reverse("admin:opsportal_run_page", args=[run.pk]) in text
    own = html(viewer.get(reverse("admin:opsportal_run_page", args=[run.pk])))
    assert own.count("olga broke the glass: this run may change things during a freeze.") == 1
    assert "See the run" not in own
    run.status = "succeeded"
    run.save()
    assert "broke the glass" not in html(viewer.get("/admin/"))


def test_broken_glass_elsewhere_is_nobodys_news(place):
    run, olga = factories.run(environment=factories.environment(name="other")), factories.user("view_calendar")
    holds.break_glass(run.pk, factories.user(), "the certificate expires tonight")
    rights.give("viewer", olga, place)
    assert "the certificate expires tonight" not in html(signed_in(olga).get("/admin/"))


@pytest.fixture
def frozen(place):
    run = factories.run(environment=place)
    note = "Frozen until 2027-01-04 00:00 (UTC): stock-taking."
    factories.step(run, "a", status="due", held_at=clock.now(), wake_at=clock.now(), note=note)
    return run


def test_a_held_run_says_what_holds_it_and_offers_the_glass(client, frozen):
    text = html(client.get(reverse("admin:opsportal_run_page", args=[frozen.pk])))
    assert "Frozen until 2027-01-04 00:00 (UTC): stock-taking." in text
    assert "1 step waits for it and goes on by itself." in text
    assert "Break the glass" in text


def test_the_glass_is_broken_with_a_reason_that_everybody_reads(client, person, frozen):
    address = reverse("break_glass", args=[frozen.pk])
    assert "Say why this can&#x27;t wait" in html(client.post(address, follow=True))
    text = html(client.post(address, {"reason": "the certificate expires"}, follow=True))
    assert f"{person} broke the glass" in text
    assert "the certificate expires" in text


def test_a_pause_has_no_glass(client, frozen):
    holds.pause(None, factories.user(), "the bank audits")
    assert "Break the glass" not in html(client.get(reverse("admin:opsportal_run_page", args=[frozen.pk])))


def test_a_viewer_breaks_no_glass(frozen):
    viewer = signed_in(factories.user("view_environment"))
    viewer.post(reverse("break_glass", args=[frozen.pk]), {"reason": "now"})
    frozen.refresh_from_db()
    assert not frozen.glass_reason


def test_the_home_page_says_what_is_frozen_and_what_changed_last(client, place):
    place.calendar = Calendar.objects.create(name="stock", rules=ALWAYS)
    place.save()
    factories.run(environment=place, runbook="stacks.deploy", status="failed", ended_at=clock.now())
    text = html(client.get("/admin/"))
    assert "frozen: stock-taking" in text
    assert "never changed" not in text


def test_a_calendar_is_made_and_a_wrong_rule_is_a_sentence(admin):
    address = reverse("admin:opsportal_calendar_add")
    wrong = html(admin.post(address, {"name": "Nights", "time_zone": "Europe/Berlin", "rules": "nightly"}))
    assert "Line 1, “nightly”, is no rule." in wrong
    assert "is no time zone" in html(admin.post(address, {"name": "Nights", "time_zone": "Mars", "rules": ""}))
    admin.post(address, {"name": "Nights", "time_zone": "Europe/Berlin", "rules": "daily 22:00 - 06:00"})
    assert Calendar.objects.get().name == "Nights"
    assert "Nights" in html(admin.get(reverse("admin:opsportal_calendar_changelist")))


def test_a_question_says_how_many_have_approved(client, person):
    where = factories.environment(protected=True, approvals_needed=2)
    question = factories.approval(factories.step(factories.run(environment=where), "a", status="asking"), needed=2)
    approvals.answer(question.pk, factories.user(username="kim"), True, "fine")
    text = html(client.get(reverse("admin:opsportal_run_page", args=[question.step.run_id])))
    assert "1 of 2 approvals: kim “fine”." in text


def test_the_card_of_the_system_names_its_parts(client, monkeypatch):
    facts = health.Facts(database=0.002, migrations=0, redis=None, workers=0, pump=99.0, beat=1.0, due=0.0)
    monkeypatch.setattr(observing, "facts", lambda: facts)
    text = html(client.get(reverse("system")))
    assert "Redis does not answer." in text
    assert "2 ms" in text
    assert "No worker is alive." in text
