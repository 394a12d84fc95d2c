"""Lists and the sidebar."""

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from tests import factories
from tests.portal.conftest import html, signed_in

RUNS = "/admin/opsportal/run/"
APPROVALS = "/admin/opsportal/approval/"


def many(count):
    for _ in range(count):
        run = factories.run(requested_by=factories.user())
        factories.step(run, "a", status="succeeded")
        factories.approval(factories.step(run, "b", status="asking"))


@pytest.mark.parametrize("size", [1, 15])
@pytest.mark.parametrize("address", [RUNS, APPROVALS, "/admin/", "/admin/opsportal/runbooks/"])
def test_a_list_takes_a_constant_number_of_queries(client, address, size, django_assert_max_num_queries):
    many(size)
    with django_assert_max_num_queries(27):
        assert client.get(address).status_code == 200


def test_a_run_leads_to_its_page(client):
    run = factories.run()
    assert reverse("admin:opsportal_run_page", args=[run.pk]) in html(client.get(RUNS))


def test_runs_are_filtered_and_found(client):
    factories.run(environment=factories.environment(name="here"), status="succeeded")
    factories.run(environment=factories.environment(name="there"), status="running")
    rows = "".join(html(client.get(RUNS, {"open": "yes"})).split("<tbody")[1:])
    assert "there" in rows
    assert ">here<" not in rows
    found = client.get(RUNS, {"q": "here", "status__exact": "succeeded"}).context["cl"].result_list
    assert [run.environment.name for run in found] == ["here"]


def test_the_steps_are_a_small_bar(client):
    run = factories.run()
    factories.step(run, "a", status="succeeded")
    factories.step(run, "b", status="due", started_at=run.created_at)
    factories.step(run, "c")
    text = html(client.get(RUNS))
    assert "1 of 3 steps done" in text
    assert 'class="live"' in text


def test_runs_can_not_be_changed_or_deleted(admin):
    run = factories.run()
    assert admin.get(f"{RUNS}{run.pk}/change/").url == reverse("admin:opsportal_run_page", args=[run.pk])
    assert admin.post(f"{RUNS}{run.pk}/delete/", {"post": "yes"}).status_code == 403


def test_open_questions_come_first_and_lead_to_the_run(client):
    run = factories.run()
    opened = factories.approval(factories.step(run, "a"), question="Open one?")
    factories.approval(factories.step(run, "b"), question="Old one?", status="approved")
    text = html(client.get(APPROVALS))
    assert text.index("Open one?") < text.index("Old one?")
    assert reverse("admin:opsportal_run_page", args=[run.pk]) + "#ask" in text
    assert client.get(f"{APPROVALS}{opened.pk}/change/").url.endswith("#ask")


@pytest.mark.parametrize("address", [f"{APPROVALS}x/change/", f"{RUNS}²/change/", f"{APPROVALS}99999999/change/"])
def test_nonsense_in_an_address_is_no_error(client, address):
    assert client.get(address).status_code == 404


def test_a_person_without_rights_sees_an_explanation():
    person = factories.user("add_run")
    person.user_permissions.set(Permission.objects.none())
    response = signed_in(person).get("/admin/")
    assert "You don’t have the right to see runs." in html(response)
    assert RUNS not in html(response)


def test_the_runbooks_say_what_they_need(client):
    text = html(client.get("/admin/opsportal/runbooks/"))
    assert "cloudformation:CreateChangeSet" in text
    assert "Deploy stacks" in text


def test_users_and_groups_are_managed(admin):
    assert admin.get("/admin/auth/user/").status_code == 200
    assert admin.get("/admin/auth/user/add/").status_code == 200
    assert admin.get("/admin/auth/group/").status_code == 200


def test_beats_own_rows_are_not_for_people(admin):
    assert admin.get("/admin/django_celery_beat/periodictask/").status_code == 404


def test_what_is_not_there_has_a_page(client):
    response = client.get("/nowhere")
    assert response.status_code == 404
    assert "There is nothing here" in html(response)


def test_only_rights_that_mean_something_are_offered(admin):
    text = html(admin.get("/admin/auth/group/add/"))
    assert "Can start, cancel, retry and undo runs" in text
    assert "Can answer approvals" in text
    assert "Can delete run" not in text
    assert "crontab" not in text


def test_a_right_is_given_to_a_person(admin):
    person = factories.user("none")
    right = Permission.objects.get(codename="operate_environment")
    form = {"username": person.username, "is_active": "on", "is_staff": "on", "user_permissions": [right.pk]}
    admin.post(
        f"/admin/auth/user/{person.pk}/change/", form | {"date_joined_0": "2026-01-01", "date_joined_1": "10:00"}
    )
    assert list(person.user_permissions.all()) == [right]
