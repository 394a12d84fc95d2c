"""The audit's pages: who sees them, what a filter shows, and what is taken along."""

import asyncio
import csv
import io
import json
from datetime import UTC, datetime

import pytest
from django.test import AsyncClient, Client
from django.urls import reverse

from opsportal import audit, clock, exports
from opsportal.audit import edits
from opsportal.audit.exports import COLUMNS
from opsportal.models import Audit
from tests import factories
from tests.portal.conftest import html, said, signed_in

LIST = "/admin/opsportal/audit/"
PASSWORD = "a long enough one"


@pytest.fixture
def auditor():
    return factories.user("view_audit", "export_audit", "view_environment")


@pytest.fixture
def reader(auditor):
    return signed_in(auditor)


def shown(client, **query):
    """What the entries on the page tell of."""
    return [row.what for row in client.get(LIST, query).context["cl"].result_list]


def at(day, who="kim", what=""):
    return Audit.objects.create(at=day, who=who, action="run.start", what=what)


def body(person, form, **query):
    """An export as the server sends it: asynchronously."""

    async def read():
        client = AsyncClient()
        await client.aforce_login(person)
        response = await client.get(f"{LIST}export.{form}", query)
        assert response.status_code == 200
        return b"".join([piece async for piece in response]).decode()

    return asyncio.run(read())


@pytest.mark.parametrize("right", ["view_environment", "change_environment"])
def test_nobody_without_the_right_sees_any_of_it(right):
    audit.record("pause.begin", by="kim")
    row = Audit.objects.latest("pk")
    client = signed_in(factories.user(right))
    for address in (LIST, f"{LIST}{row.pk}/change/", f"{LIST}export.csv"):
        assert client.get(address).status_code == 403
    assert LIST not in html(client.get("/admin/"))


def test_who_may_see_it_may_not_take_it_along():
    client = signed_in(factories.user("view_audit"))
    assert "export.csv" not in html(client.get(LIST))
    assert client.get(f"{LIST}export.csv").status_code == 403


def test_nobody_changes_or_deletes_an_entry(admin):
    audit.record("pause.begin", by="kim")
    row = Audit.objects.latest("pk")
    assert admin.get(f"{LIST}add/").status_code == 403
    assert admin.post(f"{LIST}{row.pk}/change/", {"who": "x"}).status_code == 403
    assert admin.post(f"{LIST}{row.pk}/delete/", {"post": "yes"}).status_code == 403


def test_an_entry_has_a_page(reader):
    where = factories.environment(name="dev")
    where.changes_at_once = 3
    where.save()
    row = Audit.objects.filter(action="row.change", kind="environment").latest("pk")
    text = html(reader.get(f"{LIST}{row.pk}/change/"))
    assert "changes_at_once: 10 → 3" in text
    assert reverse("admin:opsportal_environment_change", args=[where.pk]) in text


def test_the_list_is_filtered_and_searched(reader):
    run = factories.start({"a": []})
    pause = factories.environment(name="elsewhere")
    audit.record("pause.begin", pause, by="kim")
    assert shown(reader, action="pause.begin") == ["elsewhere"]
    assert shown(reader, kind="run", object_id=run.pk) == [str(run)]
    assert shown(reader, environment_id=run.environment_id, action="run.start") == [str(run)]
    assert shown(reader, who__icontains="KIM") == ["elsewhere"]
    assert shown(reader, q="elsewhere", action="pause.begin") == ["elsewhere"]


def test_days_are_whole_and_in_the_portals_time_zone(reader, settings):
    settings.TIME_ZONE = "Asia/Seoul"
    for hour in (14, 15, 16):
        at(datetime(2026, 3, 1, hour, tzinfo=UTC), what=f"{hour}")
    assert shown(reader, at_from="2026-03-02", at_to="2026-03-02") == ["16", "15"]
    assert shown(reader, at_to="2026-03-01") == ["14"]


@pytest.mark.parametrize("query", [{"action": "x"}, {"kind": "x"}, {"environment_id": "x"}, {"environment_id": "0"}])
def test_what_no_filter_knows_finds_nothing(reader, query):
    assert shown(reader, **query) == []


@pytest.mark.parametrize("query", [{"at_from": "soon"}, {"at_to": "2026-13-01"}, {"object_id": "x"}, {"nonsense": "x"}])
def test_nonsense_in_a_filter_is_no_error_and_exports_nothing(reader, query):
    assert reader.get(LIST, query, follow=True).status_code == 200
    response = reader.get(f"{LIST}export.csv", query)
    assert (response.status_code, response.url) == (302, LIST)


@pytest.mark.parametrize("size", [1, 40])
def test_the_list_takes_a_constant_number_of_queries(reader, size, django_assert_max_num_queries):
    for _ in range(size):
        audit.record("pause.begin", factories.environment(), by=factories.user())
    with django_assert_max_num_queries(14):
        assert reader.get(LIST).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_the_csv_holds_what_the_filter_shows_and_no_formula(auditor):
    audit.record("pause.begin", by="=HYPERLINK(1)", data={"reason": "bank"})
    audit.record("pause.end", by="kim")
    rows = list(csv.DictReader(io.StringIO(body(auditor, "csv", action="pause.begin"))))
    assert [(row["who"], row["action"], json.loads(row["data"])) for row in rows] == [
        ("'=HYPERLINK(1)", "pause.begin", {"reason": "bank"})
    ]


@pytest.mark.django_db(transaction=True)
def test_the_json_is_whole_over_several_pages_and_newest_first(auditor, monkeypatch):
    monkeypatch.setattr(exports, "PAGE", 2)
    made = [at(clock.now()).pk for _ in range(5)]
    found = json.loads(body(auditor, "json", action="run.start"))
    assert [row["id"] for row in found] == made[::-1]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("form", ["csv", "json"])
def test_an_export_of_nothing_is_empty(auditor, form):
    text = body(auditor, form, action="pause.end")
    assert json.loads(text) == [] if form == "json" else text.strip() == ",".join(COLUMNS)


@pytest.mark.django_db(transaction=True)
def test_an_export_is_in_the_audit_itself(auditor):
    body(auditor, "csv", kind="run")
    row = Audit.objects.get(action="audit.export")
    assert (row.who, row.data) == (str(auditor), {"form": "csv", "filter": {"kind": "run"}})


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", " =1", "\t=1", "\rx", "＝1"])
def test_no_cell_begins_as_a_formula(text):
    assert exports.safe(text) == f"'{text}"


def test_a_page_of_an_export_is_as_long_as_it_may_be(auditor):
    Audit.objects.bulk_create(Audit(at=clock.now(), who="kim", action="run.start") for _ in range(exports.PAGE + 1))
    rows = Audit.objects.filter(action="run.start")
    first = exports.older(rows, None)
    assert (len(first), len(exports.older(rows, first[-1].pk))) == (exports.PAGE, 1)


def test_another_form_of_export_is_not_found(reader):
    assert reader.get(f"{LIST}export.xlsx").status_code == 404


def test_signing_in_and_out_and_failing_to_is_told(person):
    person.set_password(PASSWORD)
    person.save()
    client, address = Client(REMOTE_ADDR="192.0.2.7"), reverse("account_login")
    client.post(address, {"login": person.username, "password": "wrong"})
    client.post(address, {"login": person.username, "password": PASSWORD})
    client.post(reverse("account_logout"))
    rows = list(Audit.objects.filter(action__startswith="sign.").order_by("pk"))
    assert [row.action for row in rows] == ["sign.fail", "sign.in", "sign.out"]
    assert {(row.who, row.address) for row in rows} == {(person.username, "192.0.2.7")}


def test_who_guesses_names_for_hours_does_not_fill_the_audit():
    client, address = Client(REMOTE_ADDR="192.0.2.7"), reverse("account_login")
    for number in range(edits.FAILURES_OF_ONE + 5):
        client.post(address, {"login": f"name-{number}", "password": "guess"})
    rows = Audit.objects.filter(action="sign.fail").order_by("pk")
    assert [bool(row.data) for row in rows] == [False] * (edits.FAILURES_OF_ONE - 1) + [True]
    Client(REMOTE_ADDR="192.0.2.8").post(address, {"login": "kim", "password": "guess"})
    assert rows.all().count() == edits.FAILURES_OF_ONE + 1


def test_an_edit_on_a_page_is_told_with_who_and_from_where(admin):
    group = factories.group("bank")
    admin.post(f"/admin/auth/group/{group.pk}/change/", {"name": "banks"}, REMOTE_ADDR="192.0.2.7")
    row = Audit.objects.filter(kind="group", action="row.change").latest("pk")
    assert (row.address, row.data) == ("192.0.2.7", {"name": ["bank", "banks"]})
    assert row.user_id is not None


def test_a_runs_page_leads_to_its_history(reader, client):
    run = factories.run()
    page = reverse("admin:opsportal_run_page", args=[run.pk])
    assert f"{LIST}?kind=run&amp;object_id={run.pk}" in html(reader.get(page))
    assert LIST not in html(client.get(page))


def test_a_policys_page_leads_to_its_history(client, reader):
    policy = factories.policy([factories.environment()])
    page = reverse("admin:opsportal_policy_page", args=[policy.pk])
    assert f"{LIST}?kind=policy&amp;object_id={policy.pk}" in html(reader.get(page))
    assert LIST not in html(client.get(page))


def test_a_refused_filter_says_why(reader):
    assert "“soon” is no day." in said(reader.get(f"{LIST}export.csv", {"at_from": "soon"}, follow=True))[0]
