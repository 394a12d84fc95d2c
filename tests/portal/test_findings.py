"""The list of findings and the page of one: filters, counts, deeds, export."""

import asyncio
import csv
import io
from datetime import timedelta

import pytest
from django.test import AsyncClient

from opsportal import clock, exports, rights
from opsportal.models import Audit, Finding
from opsportal.pages import finding as page_of_finding
from opsportal.pages import findings
from tests import factories
from tests.portal.conftest import html, said, signed_in

LIST = "/admin/opsportal/finding/"
DAY = timedelta(days=1)


@pytest.fixture
def where():
    return factories.environment(name="prod")


def shown(client, **query):
    response = client.get(LIST, query)
    assert response.status_code == 200
    return [row.name for row in response.context["rows"]]


def named(name, **fields):
    return factories.finding(name=name, **fields)


def later(days):
    return f"{clock.now() + days * DAY:%Y-%m-%d}"


def test_what_is_open_is_shown_the_worst_first_and_the_dearest_of_those(client):
    named("cheap", severity=2, usd=1)
    named("unknown", severity=2, usd=None)
    named("dear", severity=2, usd=90)
    named("critical", severity=4, usd=None)
    named("closed", state="closed", closed_at=clock.now())
    assert shown(client) == ["critical", "dear", "cheap", "unknown"]
    assert shown(client, sort="usd")[:2] == ["dear", "cheap"]


def test_the_oldest_and_the_newest_come_first_where_asked(client):
    for days in (3, 9, 1):
        named(f"{days}", opened_at=clock.now() - days * DAY)
    assert shown(client, sort="oldest") == ["9", "3", "1"]
    assert shown(client, sort="newest") == ["1", "3", "9"]


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ({"severity": "3"}, {"severity": 4}),
        ({"check": "nat-idle"}, {"check_name": "nat-idle"}),
        ({"owner": "team-search"}, {"owner": "team-search"}),
        ({"usd": "100"}, {"usd": 120}),
        ({"days": "30"}, {"opened_at": clock.told(None) - 40 * DAY}),
        ({"q": "NAT-0C41"}, {"resource": "nat-0c41aa"}),
        ({"q": "wanted"}, {}),
        ({"q": "for months"}, {"detail": "No traffic for 3 months."}),
        ({"state": "snoozed"}, {"state": "snoozed"}),
    ],
)
def test_a_filter_shows_what_it_says(client, query, fields):
    named("wanted", **fields)
    named("other")
    assert shown(client, **query) == ["wanted"]


def test_findings_are_narrowed_to_an_environment(client, where):
    named("here", environment=where)
    named("there")
    assert shown(client, environment=where.pk) == ["here"]


def test_each_state_has_its_count_under_the_same_filter(client):
    for state in ("open", "open", "snoozed"):
        named("a", state=state, severity=4)
    named("b", severity=1)
    tabs = client.get(LIST, {"severity": "4"}).context["tabs"]
    assert [(tab.label, tab.count) for tab in tabs][:3] == [("Open", "2"), ("Acknowledged", "0"), ("Snoozed", "1")]


def test_many_are_not_counted_to_the_end(client, monkeypatch):
    monkeypatch.setattr(findings, "COUNTED", 2)
    monkeypatch.setattr(findings, "PER_PAGE", 1)
    for state in ("open", "closed"):
        for _ in range(4):
            named("a", state=state, closed_at=clock.now() if state == "closed" else None)
    context = client.get(LIST).context
    assert context["total"] == "2+"
    assert [tab.count for tab in context["tabs"]] == ["2+", "0", "0", "0", "2+"]


def test_pages_follow_each_other_without_a_gap(client, monkeypatch):
    monkeypatch.setattr(findings, "PER_PAGE", 2)
    for number in range(5):
        named(f"{number}", usd=number + 1)
    assert [shown(client, page=page) for page in (1, 2, 3)] == [["4", "3"], ["2", "1"], ["0"]]
    assert client.get(LIST, {"page": 3}).context["older"] is None


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"state": "lost"}, "is no state. There are open, acknowledged"),
        ({"sort": "best"}, "is no sort"),
        ({"severity": "5"}, "does not fit severity"),
        ({"environment": "x"}, "does not fit environment"),
        ({"page": "201"}, "The list ends at page 200"),
        ({"q": "x" * 201}, "At most 200 characters"),
        ({"usd": "²"}, "does not fit usd"),
    ],
)
def test_nonsense_in_an_address_is_answered_with_a_sentence(client, query, sentence):
    response = client.get(LIST, query)
    assert (response.status_code, sentence in html(response)) == (400, True)


def test_only_findings_of_environments_a_person_sees_are_shown_and_summed(where):
    person = factories.user("none")
    rights.give("viewer", person, where)
    named("ours", environment=where, usd=7)
    named("theirs", usd=9000)
    client = signed_in(person)
    assert shown(client) == ["ours"]
    assert "9,000" not in html(client.get(LIST))


def test_the_totals_are_what_is_open_and_what_came_back_lately(client):
    named("a", usd=100, state="open")
    named("b", usd=20, state="acknowledged")
    named("c", usd=5000, state="exempt", until=clock.now() + DAY)
    named("d", usd=300, state="closed", closed_at=clock.now())
    named("e", usd=9000, state="closed", closed_at=clock.now() - 200 * DAY)
    context = client.get(LIST).context
    assert (context["standing"], context["recovered"]) == (120, 300)


def swept(environment, **output):
    run = factories.run(environment=environment, runbook="sweep", status="succeeded", ended_at=clock.now())
    factories.step(run, "eu-central-1", status="succeeded", output=output)
    return run


def test_what_the_last_sweep_was_refused_is_said_with_the_missing_action(client, where):
    build = factories.environment(name="build")
    swept(where)
    swept(build, not_checked={"ebs-unattached": "not checked: missing ec2:DescribeVolumes"})
    text = html(client.get(LIST))
    assert "build refused ec2:DescribeVolumes." in text
    assert "1 of 2 environments read whole" in text


def test_a_sweep_that_failed_did_not_read_its_environment(client, where):
    run = swept(where)
    type(run).objects.filter(pk=run.pk).update(status="failed", reason="The role can’t be assumed.")
    text = html(client.get(LIST))
    assert "prod was not read. The role can’t be assumed." in text
    assert "0 of 1 environments read whole" in text


@pytest.mark.parametrize("size", [1, 40])
@pytest.mark.parametrize("query", ["", "?q=vol", "?state=closed", "?sort=usd&severity=2&usd=1"])
def test_the_list_takes_a_constant_number_of_queries(client, size, query, django_assert_max_num_queries):
    for _ in range(size):
        found = factories.finding(assigned_to=factories.user(), severity=2)
        swept(found.environment)
    with django_assert_max_num_queries(22):
        assert client.get(LIST + query).status_code == 200


@pytest.mark.parametrize("size", [1, 40])
def test_a_finding_takes_a_constant_number_of_queries(client, size, django_assert_max_num_queries):
    found = factories.finding()
    for _ in range(size):
        found.changes.create(at=clock.now(), kind="reopened", run=swept(found.environment))
    with django_assert_max_num_queries(13):
        assert client.get(f"{LIST}{found.pk}/").status_code == 200


def test_the_page_of_a_finding_shows_evidence_price_and_history(client, where):
    price = {"service": "ebs", "item": "gp3", "unit": "GB-month", "region": "eu-central-1", "usd": 0.0952}
    price |= {"as_of": "2026-11-01", "sourced": True}
    evidence = {"size_gib": 100, "last_attached": "2026-01-02", "balance": [3, 2, 1]}
    found = named("data", environment=where, price=price, evidence=evidence, owner="team-search")
    text = html(client.get(f"{LIST}{found.pk}/"))
    for part in ("$8.80", "$0.0952 per GB-month in eu-central-1, as of 2026-11-01", "last attached", "2026-01-02"):
        assert part in text
    for part in ("team-search", 'd="M0.0 1.0L48.0 12.0L96.0 23.0"', "Take a snapshot", "10 sweeps"):
        assert part in text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("2026-11-26T05:41:55.251243+00:00", "2026-11-26 05:41"),
        ("2026-02-29T05:41:55+00:00", "2026-02-29T05:41:55+00:00"),
        ("2026-11-26", "2026-11-26"),
    ],
)
def test_a_time_in_the_evidence_is_written_as_the_pages_others(value, text):
    assert page_of_finding.fact("read at", value).value == text


def test_a_price_that_was_recalled_is_called_an_estimate(client):
    price = {"unit": "hour", "region": "*", "usd": 0.045, "as_of": "2026-01", "sourced": False}
    found = named("nat", price=price)
    assert "An estimate, by $0.045 per hour" in html(client.get(f"{LIST}{found.pk}/"))


def test_where_no_figure_is_known_it_says_so(client):
    found = named("data", usd=8, price=None)
    assert "No list price is known." in html(client.get(f"{LIST}{found.pk}/"))


def test_a_secret_in_the_evidence_is_hidden(client):
    found = named("data", evidence={"user_data": "export DB_PASSWORD=hunter2-hunter2"})
    assert "hunter2" not in html(client.get(f"{LIST}{found.pk}/"))


def do(client, verb, *found, **sent):
    picks = [each.pk for each in found]
    return client.post(f"{LIST}do/{verb}/", {"pick": picks, "back": "sort=usd"} | sent, follow=True)


def test_those_chosen_are_snoozed_together_and_the_list_is_as_it_was(client, where):
    two = [named("a", environment=where), named("b", environment=where)]
    response = do(client, "snooze", *two, snooze_until=later(7))
    assert said(response) == ["2 findings are snoozed."]
    assert response.request["QUERY_STRING"] == "sort=usd"
    assert Finding.objects.filter(state="snoozed").count() == 2


@pytest.mark.parametrize(
    ("verb", "sent", "sentence"),
    [
        ("snooze", {"snooze_until": "soon"}, "“soon” is no day. Write such as 2026-11-21."),
        ("snooze", {"snooze_until": "2026-02-31"}, "“2026-02-31” is no day."),
        ("snooze", {"snooze_until": ""}, "Choose the day"),
        ("snooze", {"snooze_until": "2001-01-01"}, "choose tomorrow or later"),
        ("snooze", {"snooze_until": "9999-12-31"}, "at most 180 days"),
        ("exempt", {"exempt_until": "2001-01-01", "exempt_reason": "x"}, "choose tomorrow or later"),
        ("exempt", {"exempt_until": "2001-01-01", "exempt_reason": " "}, "Say why they are exempt"),
        ("assign", {"assign_to": "x"}, "Choose who takes it"),
    ],
)
def test_what_does_not_fit_is_said_with_the_choice_kept(client, verb, sent, sentence):
    found = named("data")
    response = do(client, verb, found, **sent)
    text = html(response)
    assert (response.status_code, sentence in text) == (422, True)
    assert f'value="{found.pk}" data-usd="8.80" aria-label="Select data" checked' in text


def test_nothing_chosen_is_said(client):
    named("data")
    response = client.post(f"{LIST}do/acknowledge/", {"pick": ["²", "-1", "9" * 30]})
    assert (response.status_code, "Choose at least one finding." in html(response)) == (422, True)


def test_a_viewer_is_offered_nothing_and_refused(where):
    person, found = factories.user("none"), named("data", environment=where)
    rights.give("viewer", person, where)
    client = signed_in(person)
    assert 'name="pick"' not in html(client.get(LIST))
    response = do(client, "acknowledge", found)
    assert (response.status_code, "You don’t have the right to handle data (prod)" in html(response)) == (409, True)
    assert client.post(f"{LIST}{found.pk}/do/acknowledge/").status_code == 409


def test_a_finding_is_handled_on_its_page(client, person):
    found = named("data")
    client.post(f"{LIST}{found.pk}/do/assign/", {"assign_to": person.pk})
    client.post(f"{LIST}{found.pk}/do/exempt/", {"exempt_until": later(30), "exempt_reason": "kept for audit"})
    text = html(client.get(f"{LIST}{found.pk}/"))
    assert f"Exempt until {later(30)}. “kept for audit”" in text
    assert f"by {person.username}" in text


def test_what_nobody_can_do_is_not_found(client):
    assert do(client, "delete", named("data")).status_code == 404


def test_where_to_go_back_to_is_only_ever_this_list(client):
    response = client.post(f"{LIST}do/acknowledge/", {"pick": [named("a").pk], "back": "//evil.example?state=lost"})
    assert response.url == f"{LIST}?"


def body(person, **query):
    """An export as the server sends it: asynchronously."""

    async def read():
        client = AsyncClient()
        await client.aforce_login(person)
        response = await client.get(f"{LIST}export.csv", query)
        assert response.status_code == 200
        return b"".join([piece async for piece in response]).decode()

    return list(csv.DictReader(io.StringIO(asyncio.run(read()))))


@pytest.mark.django_db(transaction=True)
def test_the_csv_holds_what_the_filter_shows_and_no_formula(monkeypatch):
    monkeypatch.setattr(exports, "PAGE", 2)
    person = factories.user("view_environment", "export_finding")
    made = [named("=HYPERLINK(1)", severity=4, evidence={"size": 1}).pk for _ in range(3)]
    named("low", severity=1)
    rows = body(person, severity="4")
    assert [int(row["id"]) for row in rows] == made[::-1]
    assert {(row["name"], row["evidence"], row["severity"]) for row in rows} == {
        ("'=HYPERLINK(1)", '{"size": 1}', "critical")
    }
    assert Audit.objects.get(action="finding.export").data == {"filter": {"severity": "4"}}


@pytest.mark.django_db(transaction=True)
def test_an_export_of_nothing_has_only_its_heading():
    assert body(factories.user("view_environment", "export_finding")) == []


def test_who_may_see_findings_may_not_take_them_along(client):
    named("data")
    assert "export.csv" not in html(client.get(LIST))
    assert client.get(f"{LIST}export.csv").status_code == 403


def test_an_export_with_nonsense_in_its_filter_is_refused():
    client = signed_in(factories.user("view_environment", "export_finding"))
    response = client.get(f"{LIST}export.csv", {"state": "lost"})
    assert (response.status_code, "is no state" in html(response)) == (400, True)


def test_without_a_sweep_an_empty_list_says_so(client):
    assert "No findings: no sweep has ended yet." in html(client.get(LIST))
