"""The second person, on the environment's page: what a form stores at once, and what waits."""

import pytest
from django.test import Client
from django.urls import reverse

from opsportal import proposals
from opsportal.models import Audit, Calendar, Environment, Proposal
from tests import factories
from tests.portal.conftest import html, said, signed_in
from tests.portal.test_environments import FORM, change

AUDIT = "/admin/opsportal/audit/"


def administrator(**fields):
    return factories.user("view_environment", "change_environment", **fields)


@pytest.fixture
def where():
    return factories.environment(name="dev", regions=["eu-central-1", "us-east-1"])


@pytest.fixture
def kim():
    return signed_in(administrator(username="kim"))


@pytest.fixture
def lee():
    return signed_in(administrator(username="lee"))


@pytest.fixture
def made(where, kim, lee):
    """Kim saved the form with “protected” ticked and fewer changes at once."""
    kim.post(change(where), FORM | {"protected": "on", "changes_at_once": "4"})
    return Proposal.objects.get()


def address(made, verb):
    return reverse("admin:opsportal_environment_proposal", args=[made.environment_id, made.pk, verb])


def stored(made):
    return Environment.objects.get(pk=made.environment_id)


def test_saving_stores_the_rest_at_once_and_proposes_what_guards(where, kim, lee):
    response = kim.post(change(where), FORM | {"protected": "on", "changes_at_once": "4"}, follow=True)
    made = Proposal.objects.get()
    assert (stored(made).protected, stored(made).changes_at_once) == (False, 4)
    assert "Proposed, not changed yet: Protected. Another administrator has to apply it." in said(response)


def test_the_page_shows_before_and_after_and_by_whom(made, where, lee):
    text = html(lee.get(change(where)))
    assert "By kim," in text
    assert '<span class="mono">no</span> → <strong class="mono">yes</strong>' in text
    assert address(made, "apply") in text
    assert address(made, "reject") in text
    assert address(made, "withdraw") not in text


def test_the_proposer_may_withdraw_and_reads_who_may_apply(made, where, kim):
    text = html(kim.get(change(where)))
    assert "You proposed this: another administrator has to apply it." in text
    assert address(made, "withdraw") in text
    assert address(made, "apply") not in text


def test_another_administrator_applies_it(made, where, lee):
    response = lee.post(address(made, "apply"), follow=True)
    assert said(response) == ["The proposed change is made."]
    assert stored(made).protected
    assert "Proposed change" not in html(lee.get(change(where)))


@pytest.mark.parametrize("verb", ["reject", "withdraw"])
def test_what_is_rejected_or_withdrawn_changes_nothing(made, kim, lee, verb):
    (lee if verb == "reject" else kim).post(address(made, verb))
    made.refresh_from_db()
    assert (made.status, stored(made).protected) == ({"reject": "rejected", "withdraw": "withdrawn"}[verb], False)


def test_the_proposer_alone_is_refused_with_a_sentence(made, kim):
    response = kim.post(address(made, "apply"), {"typed_name": "dev"}, follow=True)
    assert said(response)[-1] == "You proposed this: another administrator has to apply it."
    assert not stored(made).protected


def test_who_is_alone_types_the_name(where, kim):
    kim.post(change(where), FORM | {"protected": "on"})
    made = Proposal.objects.get()
    assert "You decide alone: type dev to apply it." in html(kim.get(change(where)))
    assert "Type “dev”" in said(kim.post(address(made, "apply"), follow=True))[0]
    kim.post(address(made, "apply"), {"typed_name": "dev"}, REMOTE_ADDR="192.0.2.7")
    row = Audit.objects.get(action="proposal.apply")
    assert (stored(made).protected, row.data["typed_name"], row.address) == (True, "dev", "192.0.2.7")


def test_a_second_proposal_is_an_error_at_its_field_and_nothing_is_lost(made, where, lee):
    response = lee.post(change(where), FORM | {"approvals_needed": "2", "changes_at_once": "9"})
    assert "kim has proposed to change Protected. Apply, reject or withdraw that first." in html(response)
    assert 'value="9"' in html(response)
    assert (stored(made).changes_at_once, Proposal.objects.count()) == (4, 1)


def test_the_rest_may_be_edited_while_something_is_proposed(made, where, lee):
    lee.post(change(where), FORM | {"changes_at_once": "9"})
    assert (stored(made).changes_at_once, proposals.open_for(where)) == (9, made)


def test_who_came_first_wins_and_the_other_one_saves_nothing(where, kim, lee, monkeypatch):
    """The second form was checked before the first one was saved."""
    monkeypatch.setattr("opsportal.admin.environment_form.EnvironmentForm.refuse_second_proposal", lambda form: None)
    kim.post(change(where), FORM | {"protected": "on"})
    response = lee.post(change(where), FORM | {"approvals_needed": "2", "changes_at_once": "9"}, follow=True)
    assert "kim has proposed to change Protected" in said(response)[0]
    assert Environment.objects.get(pk=where.pk).changes_at_once == 10


def test_a_new_environment_is_made_as_it_is_typed(admin):
    admin.post("/admin/opsportal/environment/add/", FORM | {"protected": "on"})
    assert Environment.objects.get().protected
    assert not Proposal.objects.exists()


def test_a_calendar_and_approvers_are_chosen(where, kim, lee):
    calendar, bank = Calendar.objects.create(name="all"), factories.group("bank")
    kim.post(change(where), FORM | {"calendar": calendar.pk, "approvers": bank.pk, "approval_hours": "8"})
    found = Environment.objects.get(pk=where.pk)
    assert (found.calendar, found.approval_hours, found.approvers) == (calendar, 8, None)
    assert "bank" in html(lee.get(change(where)))


@pytest.mark.parametrize("verb", ["apply", "reject", "withdraw"])
def test_who_may_only_look_decides_nothing(made, client, verb):
    page = html(client.get(change(stored(made))))
    client.post(address(made, verb))
    made.refresh_from_db()
    assert made.status == "open"
    assert "Proposed change" in page
    assert address(made, verb) not in page


def test_a_decision_is_posted_with_the_forms_token_by_somebody_who_sees_the_environment(made, lee):
    careful = Client(enforce_csrf_checks=True)
    careful.force_login(administrator())
    assert lee.get(address(made, "apply")).status_code == 405
    assert careful.post(address(made, "apply")).status_code == 403
    assert signed_in(factories.user("view_calendar")).post(address(made, "apply")).status_code == 403
    assert lee.post(address(made, "explode")).status_code == 404


def test_a_proposal_of_another_environment_is_not_found(made, lee):
    other = reverse("admin:opsportal_environment_proposal", args=[factories.environment().pk, made.pk, "apply"])
    assert lee.post(other).status_code == 404


def test_the_page_leads_to_the_environments_history(where, client):
    auditor = signed_in(factories.user("view_environment", "view_audit"))
    assert f"{AUDIT}?environment_id={where.pk}" in html(auditor.get(change(where)))
    assert AUDIT not in html(client.get(change(where)))
