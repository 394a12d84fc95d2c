"""API tokens in the admin: shown once, seen by whom they speak for, revoked."""

import re
from html import unescape

import pytest

from opsportal import rights
from opsportal.api import tokens
from opsportal.models import Audit, Token
from tests import factories

from .conftest import html, signed_in

ADD, LIST = "/admin/opsportal/token/add/", "/admin/opsportal/token/"


@pytest.fixture
def dev():
    return factories.environment(name="dev")


def form(**changes):
    return {"name": "ci", "scopes": ["read", "run"], "days": "30"} | changes


def test_a_token_is_shown_once_and_opens_what_it_says(client, dev):
    answer = client.post(ADD, form(environments=[dev.pk]))
    secret = re.search(r"opsp_[\w-]+_[\w-]+", html(answer))[0]
    caller = tokens.find(secret)
    assert "no-store" in answer["Cache-Control"]
    assert caller.reached(rights.OPERATE) == {dev.pk}
    pages = [LIST, f"{LIST}{caller.token.pk}/change/", "/admin/"]
    assert [page for page in pages if secret in html(client.get(page, follow=True))] == []
    assert secret not in str(list(Audit.objects.values()))


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({}, "Choose an environment, or all of them."),
        ({"everywhere": "on", "scopes": []}, "This field is required."),
        ({"everywhere": "on", "days": "4000"}, "4000 is not one of the available choices"),
        ({"everywhere": "on", "name": ""}, "This field is required."),
        ({"environments": ["999"]}, "999 is not one of the available choices"),
    ],
)
def test_what_makes_no_token_is_told(client, dev, changes, sentence):
    assert sentence in unescape(html(client.post(ADD, form(**changes))))
    assert not Token.objects.exists()


def test_nobody_gives_a_right_that_they_do_not_have(dev):
    viewer = factories.user("none")
    rights.give("viewer", viewer, dev)
    answer = signed_in(viewer).post(ADD, form(everywhere="on"))
    assert "You can't give a right that you have on no environment." in unescape(html(answer))
    rights.give("administrator", viewer, factories.environment())
    answer = signed_in(viewer).post(ADD, form(environments=[dev.pk]))
    assert "You can't give a right on dev that you don't have." in unescape(html(answer))
    assert not Token.objects.exists()


def test_others_do_not_see_it_and_who_manages_accounts_revokes_it(client, person, dev):
    client.post(ADD, form(environments=[dev.pk]))
    token, other = Token.objects.get(), factories.user()
    assert token.prefix not in html(signed_in(other).get(LIST))
    assert signed_in(other).get(f"{LIST}{token.pk}/change/").status_code == 302
    root = signed_in(factories.user(is_superuser=True))
    assert token.prefix in html(root.get(LIST))
    chosen = {"action": "revoke", "_selected_action": [token.pk]}
    signed_in(other).post(LIST, chosen)
    assert Token.objects.get().revoked_at is None
    root.post(LIST, chosen)
    assert Token.objects.get().revoked_at is not None
    assert Audit.objects.filter(action="token.revoke").count() == 1


def test_a_token_is_revoked_on_its_page_by_whom_it_speaks_for(client, dev):
    client.post(ADD, form(environments=[dev.pk]))
    address = f"{LIST}{Token.objects.get().pk}/revoke/"
    assert signed_in(factories.user()).post(address).status_code == 404
    assert client.get(address).status_code == 405
    assert Token.objects.get().revoked_at is None
    assert "Revoked" in html(client.post(address, follow=True))
    assert Token.objects.get().revoked_at is not None


def test_a_token_is_neither_changed_nor_deleted(client, dev):
    client.post(ADD, form(environments=[dev.pk]))
    token = Token.objects.get()
    page = client.get(f"{LIST}{token.pk}/change/")
    assert page.status_code == 200
    assert "Save" not in html(page)
    assert client.post(f"{LIST}{token.pk}/change/", form()).status_code == 403
    assert client.post(f"{LIST}{token.pk}/delete/", {"post": "yes"}).status_code == 403
