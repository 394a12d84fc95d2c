"""Signing in by the company's OpenID Connect provider, over HTTP."""

from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

from config import signin
from tests import factories, idp


@pytest.fixture(scope="module")
def provider():
    provider = idp.Provider()
    yield provider
    provider.close()


@pytest.fixture(autouse=True)
def _company(settings, provider, monkeypatch):
    company = signin.ENV.model_copy(
        update={
            "oidc_issuer": provider.url,
            "oidc_client_id": idp.CLIENT,
            "oidc_client_secret": idp.SECRET,
            "oidc_name": "Example Corp",
        }
    )
    monkeypatch.setattr(signin, "ENV", company)
    settings.SOCIALACCOUNT_PROVIDERS = signin.provider()
    provider.claims = {"sub": "1", "preferred_username": "mina", "email": "mina@example.com", "email_verified": True}


def come(provider, client=None):
    """Press the button, sign in over there, and come back: the client and the last answer."""
    client = client or Client()
    away = client.post("/accounts/oidc/company/login/?process=login")
    asked = {name: values[0] for name, values in parse_qs(urlsplit(away.url).query).items()}
    back = urlsplit(provider.authorize(asked))
    return client, client.get(f"{back.path}?{back.query}", follow=True)


def test_the_button_is_on_the_page(provider):
    assert "Sign in with Example Corp" in Client().get("/accounts/login/").content.decode()


def test_who_the_company_lets_in_has_an_account_without_any_right(provider):
    client, _ = come(provider)
    mina = User.objects.get(username="mina")
    assert (mina.is_staff, mina.is_superuser, mina.has_usable_password()) == (True, False, False)
    assert client.get("/admin/").status_code == 200
    assert client.get("/admin/opsportal/run/").status_code == 403


def test_the_same_person_comes_back_to_the_same_account(provider):
    come(provider)
    come(provider)
    assert User.objects.filter(username__startswith="mina").count() == 1


def test_an_account_with_a_password_is_not_taken_over_by_its_address(provider):
    known = factories.user(username="mina", email="mina@example.com")
    come(provider)
    assert User.objects.exclude(pk=known.pk).filter(email="mina@example.com").count() <= 1
    assert not known.socialaccount_set.exists()


def test_only_verified_addresses_of_the_companys_domains_come_in(provider, settings):
    settings.OIDC_DOMAINS = ["example.com"]
    for wrong in ({"email_verified": False}, {"email": "mina@example.org"}):
        provider.claims |= {"email": "mina@example.com", "email_verified": True} | wrong
        client, page = come(provider)
        assert "Sign in with a verified address of example.com" in page.content.decode()
        assert client.get("/admin/").status_code == 302
    assert not User.objects.exists()


def test_groups_come_from_the_provider(provider, settings):
    settings.OIDC_GROUPS_CLAIM = "groups"
    Group.objects.create(name="Deployers")
    provider.claims["groups"] = ["Deployers", "Elsewhere"]
    come(provider)
    assert [group.name for group in User.objects.get(username="mina").groups.all()] == ["Deployers"]
    provider.claims["groups"] = []
    come(provider)
    assert not User.objects.get(username="mina").groups.exists()


def test_somebody_whose_account_ended_does_not_come_back(provider):
    come(provider)
    User.objects.filter(username="mina").update(is_active=False)
    client, page = come(provider)
    assert client.get("/admin/").status_code == 302
    assert page.status_code < 500


def test_a_provider_that_is_away_is_a_sentence(settings, provider):
    settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"][0]["settings"]["server_url"] = "http://127.0.0.1:9"
    page = Client().post("/accounts/oidc/company/login/?process=login", follow=True)
    assert page.status_code == 200
    assert "can’t be reached" in page.content.decode()


def test_a_forged_answer_is_refused(provider):
    page = Client().get("/accounts/oidc/company/login/callback/?code=x&state=y", follow=True)
    assert page.status_code < 500
    assert not User.objects.exists()
