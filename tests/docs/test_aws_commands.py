"""The `aws` commands of the guide, run on the sandbox in the order in which a person is told to type them.

The sandbox differs from AWS's documentation in this: whoever brings the external id may assume a role, and
CloudFormation does without the role it is given. Who is trusted is therefore read from the roles that were made.
"""

import random
import re
from dataclasses import replace

import pytest
from botocore.exceptions import ClientError, ParamValidationError
from django.urls import reverse

from config.env import ROOT
from opsportal import catalog
from opsportal.models import Environment, Proposal, Run
from tasks.runbooks import environment_test
from tests import factories
from tests.docs import aws_command, pages
from tests.engine.conftest import texts
from tests.portal.conftest import html, signed_in

SHOWN = [line for page in pages.PAGES for text in pages.blocks(page, "console") for line in aws_command.lines(text)]
SERVICE_ROLE, ROLE, UPDATE = [aws_command.lines(text) for text in pages.blocks(ROOT / "docs/start.md", "console")]
FORM = {"name": "dev", "regions": "eu-central-1"}


class Person:
    """Follows the guide: types its commands in a folder, and fills in the portal's pages."""

    def __init__(self, folder, sandbox, workers, target):
        self.folder, self.sandbox, self.workers, self.target = folder, sandbox, workers, target
        self.portal = signed_in(factories.user(is_superuser=True))

    def types(self, line):
        command = aws_command.read(line, self.folder)
        return command.run(self.sandbox.client(command.service, "eu-central-1", self.target))

    def saves(self, page, **fields):
        """Leaves what the form shows where the guide says nothing."""
        form = self.portal.get(page).context["adminform"].form
        shown = {field.name: field.value() for field in form if field.value() not in (None, False)}
        answer = self.portal.post(page, shown | FORM | {"account": self.target, **fields})
        assert answer.status_code == 302, html(answer)

    def applies(self):
        """Nobody else may change the environment, so its name is typed."""
        made = Proposal.objects.get()
        page = reverse("admin:opsportal_environment_proposal", args=[made.environment_id, made.pk, "apply"])
        self.portal.post(page, {"typed_name": "dev"})

    def downloads(self):
        page = reverse("admin:opsportal_environment_role", args=[Environment.objects.get().pk])
        answer = self.portal.get(page, {"principal": f"arn:aws:iam::{self.workers}:root"})
        name = re.search('filename="(.+)"', answer["Content-Disposition"])[1]
        (self.folder / name).write_bytes(answer.content)

    def tests_the_connection(self, drive):
        page = reverse("admin:opsportal_environment_test", args=[Environment.objects.get().pk])
        self.portal.post(page)
        return drive(Run.objects.latest("pk"))

    def role(self, name):
        return self.sandbox.client("iam", account=self.target).get_role(RoleName=name)["Role"]


@pytest.fixture
def person(sandbox, account, settings, tmp_path):
    settings.AWS_ENDPOINT = sandbox.url
    return Person(tmp_path, sandbox, account, str(random.randint(10**11, 10**12 - 1)))


@pytest.fixture
def connected(person):
    """Steps 2 to 4 of the guide."""
    for line in SERVICE_ROLE:
        person.types(line)
    service_role = person.role("opsportal-cloudformation")["Arn"]
    person.saves(reverse("admin:opsportal_environment_add"), service_role_arn=service_role)
    person.downloads()
    printed = [person.types(line) for line in ROLE]
    change = reverse("admin:opsportal_environment_change", args=[Environment.objects.get().pk])
    person.saves(change, service_role_arn=service_role, role_arn=printed[-1])
    person.applies()
    return person


@pytest.fixture
def newer(monkeypatch):
    """A release with one more runbook, which needs one more permission."""
    monkeypatch.setattr(catalog, "_runbooks", dict(catalog._runbooks))
    book = replace(environment_test.RUNBOOK, name="test.newer", permissions=("glacier:ListVaults",))
    return lambda: catalog.register([book])


def test_the_roles_of_the_guide_end_with_all_permissions_there(connected, drive):
    run = connected.tests_the_connection(drive)
    assert run.status == "succeeded", run.reason
    assert re.search(r"All \d+ permissions are there\.", texts(run)), texts(run)


def test_only_the_workers_are_trusted_by_the_role_that_is_made(connected):
    (statement,) = connected.role("opsportal-dev")["AssumeRolePolicyDocument"]["Statement"]
    external_id = Environment.objects.get().external_id
    assert statement["Principal"] == {"AWS": f"arn:aws:iam::{connected.workers}:root"}
    assert statement["Condition"] == {"StringEquals": {"sts:ExternalId": external_id}}


def test_only_cloudformation_is_trusted_by_its_role(connected):
    (statement,) = connected.role("opsportal-cloudformation")["AssumeRolePolicyDocument"]["Statement"]
    assert statement["Principal"] == {"Service": "cloudformation.amazonaws.com"}
    attached = connected.sandbox.client("iam", account=connected.target).list_attached_role_policies
    (policy,) = attached(RoleName="opsportal-cloudformation")["AttachedPolicies"]
    assert policy["PolicyName"] == "AdministratorAccess"


def test_updating_the_role_allows_what_a_new_release_needs(connected, newer, drive):
    newer()
    assert "Missing: glacier:ListVaults." in connected.tests_the_connection(drive).reason
    connected.downloads()
    for line in UPDATE:
        connected.types(line)
    assert connected.tests_the_connection(drive).status == "succeeded"


def test_every_command_that_a_page_shows_is_run():
    assert [*SERVICE_ROLE, *ROLE, *UPDATE] == SHOWN


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("aws s3 ls", "s3 is no service"),
        ("aws iamm create-role", "iamm is no service"),
        ("aws cloudformation deploy --stack-name x", "deploy is no operation"),
        ("aws iam create-role --name x", "has no option --name"),
        ("aws iam create-role --role-name", "--role-name takes one value, not 0"),
        ("aws iam create-role --role-name x y", "--role-name takes one value, not 2"),
        ("aws cloudformation wait stack-made --stack-name x", "can't wait for stack-made"),
        ("aws iam list-roles --output xml", "--output xml is none of"),
    ],
)
def test_a_command_that_the_cli_does_not_know_is_noticed(person, line, why):
    with pytest.raises(aws_command.Unknown, match=why):
        person.types(line)


@pytest.mark.parametrize(
    ("line", "error", "why"),
    [
        ("aws iam create-role --role-name x", ParamValidationError, "AssumeRolePolicyDocument"),
        ("aws iam create-role --role-name x --assume-role-policy-document {", ClientError, "Malformed"),
        ("aws iam attach-role-policy --role-name x --policy-arn arn:aws:iam::aws:policy/Admin", ClientError, "NoSuch"),
        (ROLE[0].replace("--capabilities CAPABILITY_NAMED_IAM", ""), ClientError, "Requires capabilities"),
        (ROLE[0].replace("dev-role", "prod-role"), FileNotFoundError, "prod-role"),
    ],
)
def test_a_command_that_aws_refuses_is_noticed(person, line, error, why):
    (person.folder / "dev-role.yaml").write_text("Resources: {A: {Type: 'AWS::IAM::Role', Properties: {RoleName: a}}}")
    with pytest.raises(error, match=why):
        person.types(line)
