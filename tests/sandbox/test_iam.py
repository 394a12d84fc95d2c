import json

import boto3
import pytest

from tests.sandbox.account import refused, topic

READ_ONLY = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Action": ["cloudformation:Describe*", "s3:*"], "Resource": "*"},
        {"Effect": "Deny", "Action": "s3:DeleteBucket", "Resource": "*"},
    ],
}


def assume(account, arn, **given):
    return account.client("sts").assume_role(RoleArn=arn, RoleSessionName="deploy", **given)


def with_role(account, service, keys):
    return boto3.client(
        service,
        region_name="eu-west-1",
        endpoint_url=account.sandbox.url,
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["SessionToken"],
    )


def test_an_assumed_role_works_in_its_own_account(account):
    arn = account.sandbox.role("222233334444", "deploy")
    keys = assume(account, arn)["Credentials"]
    found = with_role(account, "sts", keys).get_caller_identity()
    assert found["Account"] == "222233334444"
    assert found["Arn"] == "arn:aws:sts::222233334444:assumed-role/deploy/deploy"


def test_stacks_of_an_assumed_role_stand_in_its_account(account):
    keys = assume(account, account.sandbox.role("222233334444", "deploy"))["Credentials"]
    made = with_role(account, "cloudformation", keys).create_stack(StackName="app", TemplateBody=topic())
    assert ":222233334444:stack/app/" in made["StackId"]
    assert account.cloudformation.describe_stacks()["Stacks"] == []


@pytest.mark.parametrize("given", [{}, {"ExternalId": "wrong"}])
def test_the_external_id_is_enforced(account, given):
    arn = account.sandbox.role(account.id, "deploy", external_id="right")
    assert refused(assume, account, arn, **given) == (
        "AccessDenied",
        f"User: arn:aws:iam::{account.id}:user/sandbox is not authorized to perform: sts:AssumeRole on resource: {arn}",
        403,
    )


def test_the_right_external_id_is_let_in(account):
    arn = account.sandbox.role(account.id, "deploy", external_id="right")
    assert "Credentials" in assume(account, arn, ExternalId="right")


def test_the_trust_of_a_role_made_by_iam_counts(account):
    condition = {"StringEquals": {"sts:ExternalId": "right"}}
    statement = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole", "Condition": condition}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    made = account.client("iam").create_role(RoleName="deploy", AssumeRolePolicyDocument=trust)
    assert refused(assume, account, made["Role"]["Arn"])[0] == "AccessDenied"


@pytest.mark.parametrize(
    ("action", "decision"),
    [
        ("cloudformation:DescribeStacks", "allowed"),
        ("cloudformation:CreateStack", "implicitDeny"),
        ("s3:DeleteBucket", "explicitDeny"),
    ],
)
def test_a_policy_is_simulated(account, action, decision):
    arn = account.sandbox.role(account.id, "reader", policy=READ_ONLY)
    found = account.client("iam").simulate_principal_policy(PolicySourceArn=arn, ActionNames=[action])
    result = found["EvaluationResults"][0]
    assert (result["EvalActionName"], result["EvalResourceName"], result["EvalDecision"]) == (action, "*", decision)


def test_attached_policies_are_simulated_too(account):
    arn = account.sandbox.role(account.id, "reader", policy=READ_ONLY)
    iam = account.client("iam")
    document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "ec2:*", "Resource": "*"}]}
    policy = iam.create_policy(PolicyName="ec2", PolicyDocument=json.dumps(document))["Policy"]["Arn"]
    iam.attach_role_policy(RoleName="reader", PolicyArn=policy)
    found = iam.simulate_principal_policy(PolicySourceArn=arn, ActionNames=["ec2:RunInstances"])
    assert found["EvaluationResults"][0]["EvalDecision"] == "allowed"


def test_a_policy_of_aws_is_attached(account):
    arn = account.sandbox.role(account.id, "reader", policy=READ_ONLY)
    iam = account.client("iam")
    iam.attach_role_policy(RoleName="reader", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
    found = iam.simulate_principal_policy(PolicySourceArn=arn, ActionNames=["ec2:RunInstances"])
    assert found["EvaluationResults"][0]["EvalDecision"] == "allowed"
    assert [p["PolicyName"] for p in iam.list_policies(Scope="Local")["Policies"]] == []


def test_an_unknown_policy_of_aws_is_not_attached(account):
    account.sandbox.role(account.id, "reader", policy=READ_ONLY)
    wrong = {"RoleName": "reader", "PolicyArn": "arn:aws:iam::aws:policy/AdminAccess"}
    assert refused(account.client("iam").attach_role_policy, **wrong)[0] == "NoSuchEntity"


@pytest.mark.parametrize(
    ("document", "why"),
    [
        ("{", "Syntax errors in policy."),
        ('{"Statement": [{"Effect": "Allow", "Acton": "sts:AssumeRole"}]}', "Syntax errors in policy."),
        ('{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sts:AssumeRole"}}', "Principal"),
    ],
)
def test_a_malformed_trust_policy_is_refused(account, document, why):
    made = {"RoleName": "deploy", "AssumeRolePolicyDocument": document}
    code, message, status = refused(account.client("iam").create_role, **made)
    assert (code, status) == ("MalformedPolicyDocument", 400)
    assert why in message


def test_the_resource_of_a_statement_counts(account):
    statement = {"Effect": "Allow", "Action": "sns:*", "Resource": "arn:aws:sns:*:*:app-*"}
    arn = account.sandbox.role(account.id, "topics", policy={"Version": "2012-10-17", "Statement": [statement]})
    resources = ["arn:aws:sns:eu-west-1:1:app-x", "arn:aws:sns:eu-west-1:1:other"]
    call = account.client("iam").simulate_principal_policy
    found = call(PolicySourceArn=arn, ActionNames=["sns:Publish"], ResourceArns=resources)["EvaluationResults"]
    assert [result["EvalDecision"] for result in found] == ["allowed", "implicitDeny"]


def test_an_enforced_role_may_do_only_what_its_policy_allows(account):
    arn = account.sandbox.role(account.id, "reader", policy=READ_ONLY, enforce=True)
    cloudformation = with_role(account, "cloudformation", assume(account, arn)["Credentials"])
    assert cloudformation.describe_stacks()["Stacks"] == []
    code, message, _ = refused(cloudformation.create_stack, StackName="app", TemplateBody=topic())
    assert code == "AccessDenied"
    assert message.startswith(
        f"User: arn:aws:sts::{account.id}:assumed-role/reader/deploy is not authorized to perform"
    )


@pytest.mark.parametrize(
    ("condition", "decision"),
    [
        ({"StringEquals": {"iam:PassedToService": "cloudformation.amazonaws.com"}}, "allowed"),
        ({"StringEquals": {"iam:passedtoservice": ["ec2.amazonaws.com", "cloudformation.amazonaws.com"]}}, "allowed"),
        ({"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}, "implicitDeny"),
        ({"StringNotEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}, "allowed"),
        ({"StringLike": {"iam:PassedToService": "cloud*"}}, "allowed"),
        ({"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}, "implicitDeny"),
        ({"StringEqualsIfExists": {"aws:RequestedRegion": "eu-west-1"}}, "allowed"),
        ({"StringNotEquals": {"aws:RequestedRegion": "eu-west-1"}}, "allowed"),
        ({"Null": {"aws:TokenIssueTime": "true"}}, "allowed"),
        ({"NumericLessThan": {"iam:PassedToService": "1"}}, "implicitDeny"),
    ],
)
def test_a_condition_is_judged_by_the_requests_context(account, condition, decision):
    rule = {"Effect": "Allow", "Action": "iam:PassRole", "Resource": "*", "Condition": condition}
    arn = account.sandbox.role("123456789012", "deploy", policy={"Version": "2012-10-17", "Statement": [rule]})
    context = {
        "ContextKeyName": "iam:PassedToService",
        "ContextKeyValues": ["cloudformation.amazonaws.com"],
        "ContextKeyType": "string",
    }
    found = account.client("iam").simulate_principal_policy(
        PolicySourceArn=arn, ActionNames=["iam:PassRole"], ContextEntries=[context]
    )
    assert found["EvaluationResults"][0]["EvalDecision"] == decision
