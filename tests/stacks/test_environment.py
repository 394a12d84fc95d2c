"""environment.test: who am I, which account, what is missing."""

import pytest

from opsportal import catalog
from opsportal.errors import Denied, StepFailed
from tasks.runbooks import RUNBOOKS, environment_test
from tests.stacks.driver import Driver, facts

OTHER = "888888888888"


@pytest.fixture
def connect(sandbox, account):
    """Tests the connection through a role with this policy."""
    catalog.register(RUNBOOKS)

    def test(actions, **changed):
        policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": actions, "Resource": "*"}]}
        role = sandbox.role(OTHER, "opsportal", external_id="shared-secret", policy=policy, enforce=True)
        step = Driver(sandbox, facts(**{"account": OTHER, "role_arn": role, "external_id": "shared-secret"} | changed))
        test.step = step
        return step.run(environment_test.test).output

    return test


def test_with_all_permissions_nothing_is_missing(connect):
    found = connect("*")

    assert (found["account"], found["missing"], found["not_known"]) == (OTHER, [], [])
    assert "cloudformation:ExecuteChangeSet" in found["allowed"]


def test_a_missing_permission_is_named_with_the_role(connect):
    with pytest.raises(StepFailed) as failed:
        connect(["cloudformation:Describe*", "iam:*", "sts:*"])

    assert "cloudformation:CreateChangeSet" in failed.value.message
    assert "Allow them in the policy of arn:aws:iam::888888888888:role/opsportal" in failed.value.message


def test_where_the_look_up_is_refused_reads_are_tried(connect):
    with pytest.raises(StepFailed, match=r"Missing: .*cloudformation:DescribeStackEvents"):
        connect(["cloudformation:DescribeStacks", "cloudformation:GetTemplate"])

    assert any("Allowed: cloudformation:DescribeStacks, cloudformation:GetTemplate" in t for t in connect.step.texts())
    assert any("Not known" in t and "cloudformation:ExecuteChangeSet" in t for t in connect.step.texts())


def test_a_wrong_external_id_fails_with_what_to_check(connect):
    with pytest.raises(Denied, match="external id"):
        connect("*", external_id="wrong")


def test_a_wrong_account_fails(connect):
    with pytest.raises(StepFailed, match="AWS answers from account 888888888888, but dev is pinned to 777777777777"):
        connect("*", account="777777777777")


def test_passing_a_role_is_needed_only_with_a_service_role(connect):
    assert "iam:PassRole" not in environment_test.needed(facts(OTHER))
    assert "iam:PassRole" in environment_test.needed(facts(OTHER, service_role_arn="arn:aws:iam::1:role/cf"))
