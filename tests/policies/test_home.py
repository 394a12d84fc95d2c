"""Home: policies that missed their time or failed, and those that are due next."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from opsportal import clock
from opsportal.models import Firing, Policy
from tests import factories

from .conftest import administrator, end, fired, policy
from .test_pages import html, signed_in

HOUR = timedelta(hours=1)


@pytest.fixture
def client():
    return signed_in(administrator())


def card(client):
    return client.get("/admin/").context["due"]


def troubled(client):
    return [(row.policy, row.look.word) for row in card(client)["troubled"]]


def moved(made, due):
    Policy.objects.filter(pk=made.pk).update(next_due=due)
    return made


def test_a_policy_that_nobody_fired_is_overdue(client):
    late = moved(policy(), clock.now() - HOUR)
    moved(policy(), clock.now() + HOUR)
    assert troubled(client) == [(late, "Overdue")]
    assert "was due" in html(client.get("/admin/"))


def test_a_policy_whose_last_firing_started_nothing_says_why(client):
    made = policy(by=administrator(username="olga"))
    Policy.objects.get(pk=made.pk).edited_by.user_permissions.clear()
    fired(made)
    assert troubled(client) == [(made, "Not started")]
    assert "olga" in card(client)["troubled"][0].note


def test_a_policy_is_in_trouble_while_a_run_of_its_last_firing_has_failed(client):
    made = policy()
    end(fired(made), "failed")
    assert troubled(client) == [(made, "Failed")]
    now = clock.now()
    Firing.objects.create(policy=made, due_at=now, fired_at=now, status="started")
    assert troubled(client) == []


def test_a_policy_that_missed_its_times_says_how_many(client):
    made = policy()
    firing = fired(made)
    end(firing)
    Firing.objects.filter(pk=firing.pk).update(missed=3, reason="Missed before it: 3, from 2026-06-01 11:00 UTC on.")
    assert troubled(client) == [(made, "3 missed")]
    assert card(client)["troubled"][0].note.endswith("UTC on.")


def test_the_next_ones_due_are_told_in_order_of_their_times(client):
    now = clock.now()
    _last, second, first, third = (moved(policy(), now + n * HOUR) for n in (9, 2, 1, 3))
    moved(policy(enabled=False), None)
    assert [each for each, _time in card(client)["upcoming"]] == [first, second, third]
    assert first.name in html(client.get("/admin/"))


def test_a_policy_is_told_to_those_who_see_all_its_environments():
    moved(policy(), clock.now() - HOUR)
    assert "Overdue" not in html(signed_in(factories.user("change_publisher")).get("/admin/"))


def test_no_more_queries_are_made_however_many_policies_there_are(client):
    end(fired(policy()))
    few = queries(client)
    for _ in range(5):
        end(fired(policy()), "failed")
    assert queries(client) == few


def queries(client):
    client.get("/admin/")
    with CaptureQueriesContext(connection) as found:
        client.get("/admin/")
    return len(found)
