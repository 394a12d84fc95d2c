"""Who of Slack is who of the portal: by the same address, confirmed by who is signed in, taken back by the same."""

from datetime import timedelta
from html import unescape

import pytest
from django.core import signing
from django.test import Client

from opsportal.models import Audit, SlackPerson
from opsportal.slack import people
from opsportal.slack.people import Claim
from tests import factories

from .conftest import AMARA, MINA

CONFIRM, PAGE = "/admin/opsportal/slack/confirm/", "/admin/opsportal/slack/"


pytestmark = pytest.mark.django_db


@pytest.fixture
def token(team):
    return people.link(Claim(team, MINA)).partition("token=")[2]


def page(person):
    client = Client()
    client.force_login(person)
    return client


def html(answer):
    return unescape(answer.content.decode())


def test_the_link_asks_and_a_yes_connects(mina, token, team):
    asked = page(mina).get(CONFIRM, {"token": token})
    assert "Slack user Mina Kim (mina@example.com) of workspace" in html(asked)
    assert not SlackPerson.objects.exists()
    page(mina).post(CONFIRM, {"token": token})
    assert people.of(Claim(team, MINA)) == mina
    record = Audit.objects.get(action="slack.confirm")
    assert (record.who, record.data) == ("mina", {"team": team, "slack": MINA})


@pytest.mark.parametrize("email", ["jonas@example.com", "", "mina@example.com.evil.example"])
def test_somebody_elses_link_connects_nobody(token, email):
    other = factories.user(username="other", email=email)
    for answer in (page(other).get(CONFIRM, {"token": token}), page(other).post(CONFIRM, {"token": token})):
        assert answer.status_code == 403
        assert "mina@example.com" not in html(answer).replace(email or "–", "")
    assert not SlackPerson.objects.exists()


def test_who_is_not_signed_in_signs_in_first(token, slack):
    answer = Client().get(CONFIRM, {"token": token})
    assert answer.status_code == 302
    assert not SlackPerson.objects.exists()


@pytest.mark.parametrize("broken", ["", "x", "a:b:c", "\0", "x" * 5_000])
def test_a_forged_link_is_refused(mina, slack, broken):
    assert "no link of ours" in html(page(mina).post(CONFIRM, {"token": broken}))
    assert not SlackPerson.objects.exists()


@pytest.mark.parametrize("signed", [["T1"], "text", {"team": 1}, 7, None])
def test_a_signed_token_of_another_kind_is_refused(mina, slack, signed):
    token = signing.dumps(signed, salt=people.SALT)
    assert page(mina).post(CONFIRM, {"token": token}).status_code == 403


def test_an_old_link_is_refused(mina, token, monkeypatch):
    monkeypatch.setattr(people, "LIFE", timedelta(seconds=-1))
    assert "older than 15 minutes" in html(page(mina).post(CONFIRM, {"token": token}))
    assert not SlackPerson.objects.exists()


def test_an_account_of_slack_is_one_persons(mina, token, team):
    people.connect(Claim(team, MINA), factories.user(username="first"))
    assert "another person’s here" in html(page(mina).post(CONFIRM, {"token": token}))
    assert people.of(Claim(team, MINA)).username == "first"


def test_confirming_again_replaces_ones_own(mina, token, team):
    people.connect(Claim(team, AMARA), mina)
    page(mina).post(CONFIRM, {"token": token})
    assert people.of(Claim(team, AMARA)) is None
    assert people.of(Claim(team, MINA)) == mina


def test_one_disconnects_oneself(mina, team):
    people.connect(Claim(team, MINA), mina)
    client = page(mina)
    assert MINA in html(client.get(PAGE))
    client.post(f"{PAGE}disconnect/")
    assert people.of(Claim(team, MINA)) is None
    assert Audit.objects.filter(action="slack.disconnect", who="mina").count() == 1
    assert "You are not connected" in html(client.get(PAGE))


def test_an_account_that_has_ended_is_nobody(mina, team):
    people.connect(Claim(team, MINA), mina)
    mina.is_active = False
    mina.save()
    assert people.of(Claim(team, MINA)) is None


def test_a_person_of_another_workspace_is_nobody(mina, team):
    people.connect(Claim("T0OTHER", MINA), mina)
    assert people.of(Claim(team, MINA)) is None
    token = people.link(Claim("T0OTHER", MINA)).partition("token=")[2]
    assert "another workspace" in html(page(mina).post(CONFIRM, {"token": token}))


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        ({"kind": "away"}, "does not tell"),
        ({"kind": "lost"}, "can’t be reached"),
        ({"kind": "refuse", "error": "user_not_found"}, "user_not_found"),
    ],
)
def test_slack_that_does_not_answer_is_told(slack, mina, token, fault, sentence):
    slack.fault(method="users.info", **fault)
    answer = page(mina).get(CONFIRM, {"token": token})
    slack.clear_faults()
    assert sentence in html(answer)
