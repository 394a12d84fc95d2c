"""Environments: the form, the downloads, the connection test."""

import json

import pytest
import yaml
from django.urls import reverse

from opsportal.models import Environment, Run
from tests import factories
from tests.portal.conftest import html, said, signed_in

ADD = "/admin/opsportal/environment/add/"
WORKERS = "arn:aws:iam::111122223333:role/opsportal-worker"
FORM = {
    "name": "dev",
    "account": "123456789012",
    "regions": "eu-central-1, us-east-1",
    "changes_at_once": "10",
    "approvals_needed": "1",
    "approval_hours": "24",
}


def change(row, name="change"):
    return reverse(f"admin:opsportal_environment_{name}", args=[row.pk])


def test_an_environment_is_made(admin):
    admin.post(ADD, FORM | {"variables": '{"domain": "example.com", "desired": 2}'})
    made = Environment.objects.get()
    assert made.regions == ["eu-central-1", "us-east-1"]
    assert made.variables == {"domain": "example.com", "desired": 2}
    assert made.external_id.startswith("opsportal-")


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("variables", "{", "This is not JSON: line 1, column 2"),
        ("variables", "[1]", "Variables are a JSON object of names and values."),
        ("variables", '{"Bad-Name": 1}', "Variable “Bad-Name”: use small letters"),
        ("variables", '{"deep": {}}', "has to be a text, a number, true or false"),
        ("regions", "mars", "“mars” is not the name of an AWS region."),
        ("regions", " , ", "Give at least one region"),
        ("account", "12", "An AWS account id has 12 digits."),
        ("name", "Dev", "Use small letters, digits and -"),
        ("role_arn", "role", "This is not a role&#x27;s ARN."),
        ("role_arn", "arn:aws:iam::999999999999:role/x", "This role is in account 999999999999"),
        ("changes_at_once", "0", "greater than or equal to 1"),
    ],
)
def test_what_is_wrong_is_a_sentence(admin, field, typed, sentence):
    response = admin.post(ADD, FORM | {field: typed})
    assert response.status_code == 200
    assert sentence in html(response)
    assert not Environment.objects.exists()


def test_the_form_shows_what_is_stored_and_the_external_id(admin):
    row = factories.environment(variables={"domain": "example.com"})
    text = html(admin.get(change(row)))
    assert row.external_id in text
    assert 'value="eu-central-1"' in text
    assert "&quot;domain&quot;: &quot;example.com&quot;" in text


def test_the_external_id_can_not_be_changed(admin):
    row = factories.environment(name="dev")
    before = row.external_id
    admin.post(change(row), FORM | {"external_id": "mine", "shown_external_id": "mine"})
    row.refresh_from_db()
    assert row.external_id == before


def test_the_trust_policy_names_the_workers_and_the_external_id(admin):
    row = factories.environment()
    response = admin.get(change(row, "trust"), {"principal": WORKERS})
    (statement,) = json.loads(response.content)["Statement"]
    assert statement["Principal"] == {"AWS": WORKERS}
    assert statement["Condition"]["StringEquals"]["sts:ExternalId"] == row.external_id
    assert "attachment" in response["Content-Disposition"]


@pytest.mark.parametrize("principal", ["", "*", "arn:aws:iam::1:role/x", "arn:aws:iam::111122223333:root\nx"])
def test_without_the_workers_arn_there_is_no_trust_policy(admin, principal):
    response = admin.get(change(factories.environment(), "trust"), {"principal": principal}, follow=True)
    assert "Say who the workers are" in said(response)[0]


def test_the_role_template_allows_what_all_runbooks_need(admin):
    row = factories.environment(service_role_arn="arn:aws:iam::123456789012:role/cfn")
    document = yaml.safe_load(admin.get(change(row, "role")).content)
    allowed, passing = document["Resources"]["Role"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]
    assert {"cloudformation:CreateChangeSet", "sts:GetCallerIdentity"} <= set(allowed["Action"])
    assert "iam:PassRole" not in allowed["Action"]
    assert passing["Resource"] == row.service_role_arn
    assert document["Parameters"]["Workers"]["Type"] == "String"


def test_the_downloads_need_the_right_to_see_environments():
    client = signed_in(factories.user("view_calendar"))
    assert client.get(change(factories.environment(), "role")).status_code == 403


def test_the_connection_is_tested_by_a_run(client):
    row = factories.environment()
    first = client.post(change(row, "test"), {"nonce": "n"})
    client.post(change(row, "test"), {"nonce": "n"})
    run = Run.objects.get()
    assert run.runbook == "environment.test"
    assert first.url == reverse("admin:opsportal_run_page", args=[run.pk])


def test_an_environment_with_runs_stays_and_says_why(admin):
    row = factories.run(environment=factories.environment(name="dev")).environment
    response = admin.post(change(row, "delete"), {"post": "yes"}, follow=True)
    assert said(response) == ["dev has 1 run, whose history is kept: it can’t be deleted."]
    assert Environment.objects.exists()


def test_an_environment_without_runs_is_deleted(admin):
    row = factories.environment()
    admin.post(change(row, "delete"), {"post": "yes"})
    assert not Environment.objects.exists()


def test_who_may_only_look_can_not_change(client):
    row = factories.environment(name="dev")
    assert client.post(change(row), FORM | {"account": "999999999999"}).status_code == 403


@pytest.mark.parametrize("name", ["test", "trust", "role"])
def test_an_unknown_environment_is_not_found(admin, name):
    address = reverse(f"admin:opsportal_environment_{name}", args=[999999])
    assert (admin.post(address) if name == "test" else admin.get(address, {"principal": WORKERS})).status_code == 404
