"""How long a run took, where an undo was asked for long after it had ended."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from opsportal.live import pictures
from opsportal.models import Run
from tests import factories
from tests.portal.conftest import html

DAYS = timedelta(days=3)
MINUTES = timedelta(minutes=2)


@pytest.fixture
def started():
    return factories.clock.now() - DAYS


@pytest.fixture
def run(started):
    """It took ten seconds of its usual 20, three days ago."""
    run = factories.run(status="undoing", created_at=started, usual_seconds=20)
    factories.step(run, "a", status="succeeded", acted=True)
    return run


def gate(run, status, **times):
    asked = run.created_at + DAYS - MINUTES
    return factories.step(run, "undo", gate=True, status=status, position=10_000, **{"wake_at": asked} | times)


def times(run):
    known = pictures.timed(Run.objects.all()).get(pk=run.pk)
    return known.began_at, known.over_at, known.usual


def test_an_undo_counts_from_when_it_was_asked_for_and_has_no_usual_time(run, started, client):
    gate(run, "asking", started_at=started + DAYS - MINUTES)
    assert times(run) == (started + DAYS - MINUTES, None, None)
    assert re.search(r"2 min( \d s)? so far", html(client.get(reverse("admin:opsportal_run_page", args=[run.pk]))))
    assert re.search(r"2:0\d", html(client.get("/admin/")))


def test_an_undo_that_no_worker_has_looked_at_counts_too(run, started):
    gate(run, "due")
    assert times(run) == (started + DAYS - MINUTES, None, None)


def test_an_undo_took_what_it_took(run, started, client):
    gate(run, "succeeded", started_at=started + DAYS - MINUTES, ended_at=started + DAYS)
    Run.objects.update(status="undone", ended_at=started + DAYS)
    assert times(run) == (started + DAYS - MINUTES, started + DAYS, None)
    assert "Took <strong>2 min" in html(client.get(reverse("admin:opsportal_run_page", args=[run.pk])))


@pytest.mark.parametrize("status", ["cancelled", "failed"])
def test_after_a_refused_undo_the_run_took_what_it_had_taken(run, started, client, status):
    gate(run, status, started_at=started + DAYS - MINUTES, ended_at=started + DAYS)
    Run.objects.update(status="succeeded", ended_at=started + DAYS)
    assert times(run) == (started, started + timedelta(seconds=10), 20)
    page = html(client.get(reverse("admin:opsportal_run_page", args=[run.pk])))
    assert "Took <strong>10 s</strong>, usually 20 s" in page
    assert "10 s faster than usual." in page


def test_the_browser_is_told_the_same(run, started):
    gate(run, "asking", started_at=started + DAYS - MINUTES)
    told, _steps = pictures.state(run.pk)
    assert (told["began_at"], told["ended_at"], told["usual_seconds"]) == (started + DAYS - MINUTES, None, None)
