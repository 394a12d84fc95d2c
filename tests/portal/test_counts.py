"""The counts of the sidebar: rendered with the page, then told to browsers by one stream without a run."""

import asyncio

import pytest
from django.contrib.auth.models import Permission

from opsportal import rights
from opsportal.live import hub, pictures
from opsportal.live import view as live
from tests import factories
from tests.portal.conftest import html, signed_in

STREAM = "/runs/0/stream"


def test_open_runs_and_questions_are_counted(client):
    run = factories.run()
    factories.run(status="failed", ended_at=factories.clock.now())
    factories.approval(factories.step(run, "a"))
    factories.approval(factories.step(run, "b"), status="approved")
    assert pictures.counts() == {"runs": {run.environment_id: 1}, "questions": {run.environment_id: 1}}
    assert '<span data-count="questions">1</span>' in html(client.get("/admin/"))


def test_an_empty_count_keeps_its_place(client):
    assert '<span data-count="runs"></span>' in html(client.get("/admin/"))


def test_who_may_not_see_runs_gets_no_counts():
    person = factories.user("add_run")
    person.user_permissions.set(Permission.objects.none())
    assert signed_in(person).get(STREAM).status_code == 403
    assert "data-count=" not in html(signed_in(person).get("/admin/"))


def test_only_what_happens_on_the_environments_a_person_sees_is_counted():
    ours, person = factories.run(), factories.user("add_run")
    factories.run()
    person.user_permissions.set(Permission.objects.none())
    rights.give("viewer", person, ours.environment)
    assert '<span data-count="runs">1</span>' in html(signed_in(person).get("/admin/"))


@pytest.mark.parametrize(
    ("watched", "stale", "since", "due"),
    [(True, True, 2.0, True), (False, True, 2.0, False), (True, False, 9.0, False), (True, True, 1.9, False)],
)
def test_they_are_read_for_somebody_after_a_change_and_once_in_two_seconds(watched, stale, since, due):
    watchers = {asyncio.Event()} if watched else set()
    assert hub.Counts({}, stale, 10.0, watchers).due(10.0 + since) is due


def test_a_browser_is_told_what_changed_for_its_person_and_only_once(monkeypatch):
    viewer = live.Viewer(0, environments={1, 2})
    monkeypatch.setattr(hub.HUB.counts, "known", {"runs": {1: 1, 2: 2, 3: 4}})
    assert viewer.news() == b'event: counts\ndata: {"runs":3}\n\n'
    monkeypatch.setattr(hub.HUB.counts, "known", {"runs": {1: 1, 2: 2, 3: 5}})
    assert viewer.news() == b""
