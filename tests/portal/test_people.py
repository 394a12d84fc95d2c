"""Roles on an environment: who has which, giving and taking them."""

import pytest
from django.urls import reverse

from opsportal import rights
from tests import factories

from .conftest import html, signed_in


@pytest.fixture
def place():
    return factories.environment(name="prod")


@pytest.fixture
def boss(place):
    boss = factories.user("view_calendar", username="boss")
    rights.give("administrator", boss, place)
    return signed_in(boss)


def page(client, place):
    return client.get(reverse("environment_people", args=[place.pk]))


def change(client, place, who, role):
    return client.post(reverse("environment_people_change", args=[place.pk]), {"who": who, "role": role}, follow=True)


def test_an_administrator_gives_a_role_and_takes_it_away(boss, place):
    kim = factories.user("view_calendar", username="kim")
    assert "kim has Operator on prod now." in html(change(boss, place, f"user-{kim.pk}", "operator"))
    assert rights.may_start(type(kim).objects.get(pk=kim.pk), place)
    change(boss, place, f"user-{kim.pk}", "")
    assert not rights.may_view(type(kim).objects.get(pk=kim.pk), place)


def test_a_new_role_takes_the_place_of_the_old_one(boss, place):
    kim = factories.user("view_calendar", username="kim")
    change(boss, place, f"user-{kim.pk}", "operator")
    change(boss, place, f"user-{kim.pk}", "approver")
    fresh = type(kim).objects.get(pk=kim.pk)
    assert (rights.may_start(fresh, place), rights.may_answer(fresh, place)) == (False, True)


def test_a_group_has_a_role_and_so_have_its_members(boss, place):
    group, kim = factories.group("release managers"), factories.user("view_calendar", username="kim")
    kim.groups.add(group)
    change(boss, place, f"group-{group.pk}", "approver")
    assert rights.may_answer(kim, place)
    text = html(page(boss, place))
    assert "release managers" in text
    assert "kim" in text


def test_a_role_on_one_environment_is_none_on_another(boss, place):
    kim = factories.user("view_calendar", username="kim")
    change(boss, place, f"user-{kim.pk}", "operator")
    other = factories.environment(name="dev")
    fresh = type(kim).objects.get(pk=kim.pk)
    assert not rights.may_view(fresh, other)
    assert list(rights.environments(fresh)) == [place]


@pytest.mark.parametrize(
    ("who", "role", "sentence"),
    [
        ("user-999", "operator", "Choose a person or a group."),
        ("robot-1", "operator", "Choose a person or a group."),
        ("user-1e9", "operator", "Choose a person or a group."),
        ("", "operator", "Choose a person or a group."),
    ],
)
def test_nonsense_is_a_sentence(boss, place, who, role, sentence):
    assert sentence in html(change(boss, place, who, role))


def test_a_role_that_does_not_exist_is_a_sentence(boss, place):
    kim = factories.user("view_calendar", username="kim")
    assert "There is no role “owner”." in html(change(boss, place, f"user-{kim.pk}", "owner"))


def test_who_does_not_administer_gives_no_role(place):
    olga = factories.user("view_calendar", username="olga")
    rights.give("operator", olga, place)
    text = html(change(signed_in(olga), place, f"user-{olga.pk}", "administrator"))
    assert "You don&#x27;t have the right to give roles on prod." in text
    assert not rights.may(olga, rights.ADMINISTER, place)
    assert "Give a role" not in html(page(signed_in(olga), place))


def test_who_sees_nothing_here_is_told_so(place):
    assert page(signed_in(factories.user("view_calendar")), place).status_code == 403


@pytest.mark.parametrize("size", [1, 15])
def test_the_page_takes_a_constant_number_of_queries(boss, place, size, django_assert_max_num_queries):
    for _ in range(size):
        rights.give("viewer", factories.user("view_calendar"), place)
    with django_assert_max_num_queries(18):
        page(boss, place)
