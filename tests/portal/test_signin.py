"""Signing in: passwords with limits, a second factor, the end of an account."""

import pytest
from allauth.mfa.totp.internal import auth as totp
from allauth.mfa.utils import is_mfa_enabled
from django.contrib.admin import site
from django.contrib.auth.models import Group, Permission
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client
from django.urls import get_resolver, reverse

from opsportal import approvals
from opsportal.models import Approval, Audit
from opsportal.web import signin
from tests import factories

PASSWORD = "a long enough one"
LOGIN = "/accounts/login/"


@pytest.fixture
def person(transactional_db):
    cache.clear()
    person = factories.user(username="olga")
    person.set_password(PASSWORD)
    person.save()
    return person


def sign_in(client, name="olga", password=PASSWORD, **more):
    return client.post(LOGIN, {"login": name, "password": password}, **more)


def test_the_admins_own_sign_in_leads_to_ours(person):
    assert Client().get("/admin/").url.startswith("/admin/login/")
    assert Client().get("/admin/login/?next=/admin/").url == f"{LOGIN}?next=/admin/"


def test_a_person_signs_in_and_out(person):
    client = Client()
    assert sign_in(client).url == "/admin/"
    assert client.get("/admin/").status_code == 200
    client.post(reverse("admin:logout"))
    assert client.get("/admin/").status_code == 302


def test_a_wrong_password_is_a_sentence(person):
    page = sign_in(Client(), password="wrong").content.decode()
    assert "The username and/or password you specified are not correct." in page


def test_after_five_wrong_passwords_the_right_one_waits_too_but_not_for_others(person):
    client = Client()
    answers = [sign_in(client, password="wrong").status_code for _ in range(5)]
    assert answers == [200, 200, 200, 200, 429]
    refused = sign_in(client)
    assert (refused.status_code, "Wait 15 minutes" in refused.content.decode()) == (429, True)
    other = factories.user(username="kim")
    other.set_password(PASSWORD)
    other.save()
    assert sign_in(Client(), "kim").status_code == 302
    assert sign_in(Client(), REMOTE_ADDR="192.0.2.7").status_code == 302


def test_behind_a_load_balancer_the_limit_counts_by_the_clients_own_address(person, settings):
    settings.TRUSTED_PROXIES = ["10.0.0.0/8"]

    def come(address, password=PASSWORD):
        return sign_in(Client(), "olga", password, REMOTE_ADDR="10.0.0.7", HTTP_X_FORWARDED_FOR=address).status_code

    assert [come("203.0.113.9", "wrong") for _ in range(5)] == [200, 200, 200, 200, 429]
    assert (come("203.0.113.9"), come("198.51.100.4")) == (429, 302)


def test_nobody_signs_up(person):
    page = Client().get("/accounts/signup/")
    assert "closed" in page.content.decode().lower()
    assert Client().post("/accounts/signup/", {"username": "eve", "password1": PASSWORD}).status_code == 200


def with_factor(person):
    secret = totp.generate_totp_secret()
    totp.TOTP.activate(person, secret)
    return secret


def code(secret):
    return totp.format_hotp_value(totp.hotp_value(secret, next(totp.yield_hotp_counters_from_time())))


def test_with_a_second_factor_the_password_is_not_enough(person):
    secret, client = with_factor(person), Client()
    assert sign_in(client).url.startswith("/accounts/2fa/authenticate/")
    assert client.get("/admin/").status_code == 302
    wrong = client.post("/accounts/2fa/authenticate/", {"code": "000000"})
    assert "Incorrect code." in wrong.content.decode()
    assert client.post("/accounts/2fa/authenticate/", {"code": code(secret)}).url == "/admin/"
    assert client.get("/admin/").status_code == 200


def test_codes_can_not_be_guessed(person):
    with_factor(person)
    client = Client()
    sign_in(client)
    pages = [client.post("/accounts/2fa/authenticate/", {"code": "000000"}).content.decode() for _ in range(12)]
    assert "Too many failed login attempts" in pages[-1]


def test_where_a_second_factor_is_required_nothing_else_opens_before_it(person, settings):
    settings.MFA_REQUIRED = True
    client = Client()
    sign_in(client)
    assert client.get("/admin/").url == "/accounts/2fa/totp/activate/"
    assert "asks everybody for one" in client.get("/admin/", follow=True).content.decode()
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    assert "Authenticator secret" in client.get("/accounts/2fa/totp/activate/").content.decode()
    with_factor(person)
    assert client.get("/admin/").status_code == 200


def test_who_comes_from_the_company_has_the_second_factor_there(person, settings):
    settings.MFA_REQUIRED = True
    client = Client()
    client.force_login(person)
    session = client.session
    session["account_authentication_methods"] = [{"method": "socialaccount"}]
    session["account_authentication_methods_user"] = str(person.pk)
    session.save()
    assert client.get("/admin/").status_code == 200


def test_with_the_account_end_its_sessions_and_its_votes(person):
    client = Client()
    sign_in(client)
    client.get("/admin/")
    where = factories.environment(protected=True, approvals_needed=2)
    question = factories.approval(factories.step(factories.run(environment=where), "a", status="asking"), needed=2)
    approvals.answer(question.pk, person, True)
    person.is_active = False
    person.save()
    assert not Session.objects.exists()
    assert not Approval.objects.get().votes.exists()
    person.is_active = True
    person.save()
    assert client.get("/admin/").status_code == 302


def test_the_providers_groups_become_the_persons_where_they_exist_here(person, settings):
    settings.OIDC_GROUPS_CLAIM = "groups"
    for name in ("Deployers", "Old"):
        Group.objects.create(name=name)
    person.groups.add(Group.objects.get(name="Old"))
    signin.take_groups(person, {"groups": ["Deployers", "Unknown"]})
    assert [group.name for group in person.groups.all()] == ["Deployers"]
    signin.take_groups(person, {})
    assert person.groups.count() == 1


@pytest.fixture
def administrator():
    """Who may change users without being a superuser."""
    boss = factories.user("view_calendar", username="boss")
    rights = Permission.objects.filter(codename__in=("view_user", "change_user", "delete_user"))
    boss.user_permissions.add(*rights)
    client = Client()
    client.force_login(boss)
    return client


def test_a_lost_second_factor_is_removed_by_an_administrator(person, administrator):
    with_factor(person)
    chosen = {"action": "remove_second_factor", "_selected_action": [person.pk]}
    page = administrator.post(reverse("admin:auth_user_changelist"), chosen, follow=True).content.decode()
    assert "Removed for olga." in page
    assert sign_in(Client()).url == "/admin/"
    assert Audit.objects.filter(action="factor.remove", what__contains="olga").exists()


def test_nobody_makes_themselves_a_superuser_or_takes_over_one(person, administrator):
    root = factories.user(username="root", is_superuser=True)
    for name in ("change", "delete"):
        assert administrator.post(reverse(f"admin:auth_user_{name}", args=[root.pk]), {}).status_code in (302, 403)
    assert administrator.post(reverse("admin:auth_user_password_change", args=[root.pk]), {}).status_code == 403
    form = administrator.get(reverse("admin:auth_user_change", args=[person.pk])).content.decode()
    assert 'name="is_superuser"' not in form
    with_factor(root)
    chosen = {"action": "remove_second_factor", "_selected_action": [root.pk]}
    administrator.post(reverse("admin:auth_user_changelist"), chosen)
    assert is_mfa_enabled(root)


def test_rows_of_libraries_are_not_for_people(client):
    get_resolver().url_patterns  # noqa: B018  which register them
    listed = {model._meta.app_label for model in site._registry}
    assert listed == {"auth", "opsportal"}
