"""Notices in the portal: what was told, to whom, and a way to send it again."""

import pytest

from opsportal.models import Notice
from tests import factories
from tests.portal.conftest import signed_in

LIST = "/admin/opsportal/notice/"


@pytest.fixture
def notice():
    run = factories.run()
    return factories.notice(factories.policy([run.environment]), run, text="<b>dev</b>: succeeded.")


@pytest.fixture
def admin():
    return signed_in(factories.user("change_environment", "view_environment"))


def page(client, notice):
    return client.get(f"{LIST}{notice.pk}/change/").content.decode()


def test_the_page_shows_what_was_said_and_why_it_did_not_arrive(admin, notice):
    shown = page(admin, notice)
    assert "&lt;b&gt;dev&lt;/b&gt;: succeeded." in shown
    assert "The mail server did not take it." in shown


def test_it_is_sent_again_from_its_page(admin, notice, sent):
    answer = admin.post(f"{LIST}{notice.pk}/again/", follow=True)
    assert "It is sent again now." in answer.content.decode()
    assert sent == [notice.pk]
    assert Notice.objects.get().status == "waiting"


def test_what_has_arrived_is_not_sent_again(admin, notice, sent):
    Notice.objects.update(status="sent")
    assert "Send again" not in page(admin, notice)
    answer = admin.post(f"{LIST}{notice.pk}/again/", follow=True)
    assert "It has arrived already." in answer.content.decode()
    assert sent == []


def test_who_may_only_look_gets_no_button(notice):
    viewer = signed_in(factories.user("view_environment"))
    assert "Send again" not in page(viewer, notice)


def test_an_address_that_is_no_number_is_no_page(admin):
    assert admin.get(f"{LIST}x/change/").status_code == 302
    assert admin.post(f"{LIST}99999/again/").status_code == 404


def test_the_list_takes_as_many_queries_for_many_as_for_few(admin, notice, django_assert_max_num_queries):
    policy = notice.firing.policy
    for number in range(20):
        run = factories.run(environment=policy.environments.get())
        factories.notice(policy, run, to=f"{number}@example.com")
    with django_assert_max_num_queries(13):
        assert "19@example.com" in admin.get(LIST).content.decode()
