"""What home tells of findings: who is needed, dollars by week, and instances that run out of credits."""

from datetime import timedelta
from decimal import Decimal

import pytest

from opsportal import clock, rights
from opsportal.pages import money
from tests import factories
from tests.portal.conftest import html, signed_in

DAY = timedelta(days=1)


def home(client):
    return client.get("/admin/").context


def test_a_critical_finding_needs_somebody_until_somebody_has_it(client, person):
    found = factories.finding(severity=4, name="batch-7")
    factories.finding(severity=3)
    assert [each.pk for each in home(client)["findings"]] == [found.pk]
    type(found).objects.filter(pk=found.pk).update(assigned_to=factories.user())
    assert home(client)["findings"] == []
    type(found).objects.filter(pk=found.pk).update(assigned_to=person, state="acknowledged")
    assert home(client)["needs"] == 1


@pytest.mark.parametrize("state", ["snoozed", "exempt", "closed"])
def test_what_is_hidden_or_over_needs_nobody(client, person, state):
    factories.finding(severity=4, state=state, assigned_to=person, until=clock.now() + DAY)
    assert home(client)["needs"] == 0


def test_a_critical_finding_needs_who_may_do_something_about_it():
    found, viewer = factories.finding(severity=4), factories.user("none")
    rights.give("viewer", viewer, found.environment)
    assert home(signed_in(viewer))["findings"] == []


def test_no_more_than_a_few_are_listed_and_that_there_are_more_is_said(client):
    for _ in range(7):
        factories.finding(severity=4)
    assert len(home(client)["findings"]) == 5
    assert "More findings need somebody" in html(client.get("/admin/"))


def test_dollars_are_summed_by_the_week_they_were_found_and_recovered_in(client):
    now = clock.now()
    factories.finding(usd=100, opened_at=now)
    factories.finding(usd=40, opened_at=now - 7 * DAY, state="closed", closed_at=now)
    factories.finding(usd=7, opened_at=now - 200 * DAY)
    weeks = home(client)["weeks"]
    assert (weeks.found[-2:], weeks.recovered[-2:]) == ([40, 100], [0, 40])
    assert (weeks.all_found, weeks.all_recovered, weeks.highest) == (140, 40, 100)


def test_a_week_begins_on_monday_in_the_portals_time_zone(settings):
    settings.TIME_ZONE = "Asia/Seoul"
    starts = money.begins(clock.now())
    assert {(start.weekday(), start.hour, start.utcoffset()) for start in starts} == {(0, 0, 9 * timedelta(hours=1))}
    assert len(starts) == 12


def test_the_highest_bar_fills_the_chart():
    weeks = money.Weeks(money.begins(clock.now()), [Decimal(0)] * 11 + [Decimal(50)], [Decimal(0)] * 11 + [Decimal(25)])
    drawn = {bar.kind: (bar.y, bar.height) for bar in weeks.bars if bar.height}
    assert drawn == {"found": (0.0, 96.0), "back": (48.0, 48.0)}


@pytest.mark.parametrize(("usd", "text"), [(None, "–"), (43.07, "$43.07"), (2160, "$2,160"), (0, "$0"), (0.4, "$0.40")])
def test_small_sums_have_their_cents(usd, text):
    assert money.rounded(usd) == text


def burstable(name, **evidence):
    return factories.finding(name=name, check_name="credits-run-out", severity=3, usd=None, evidence=evidence)


def test_instances_are_sorted_by_the_hours_they_have_left(client):
    burstable("later", hours_to_zero=3.5, balance=[118, 90])
    burstable("soon", hours_to_zero=0.8, balance=[576, 31])
    burstable("empty", hours_to_zero=0.0, balance=[3, 0])
    burstable("unread")
    burstable("odd", hours_to_zero="soon", balance="many")
    found = home(client)["instances"]
    assert [(each.finding.name, each.time, each.left, each.look[0]) for each in found] == [
        ("empty", "used up", "0", "bad"),
        ("soon", "48 min", "31", "bad"),
        ("later", "3 h 30 min", "90", "ask"),
    ]
    assert 'd="M0.0 1.0L96.0 23.0"' in html(client.get("/admin/"))


def test_without_findings_home_shows_no_empty_chart(client):
    text = html(client.get("/admin/"))
    assert "No finding with a price yet." in text
    assert "CPU credits" not in text
