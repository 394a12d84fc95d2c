"""What moto leaves out about IAM's policies: those that AWS keeps, and the check of a new role's trust policy."""

import json
from functools import cache
from typing import Any

from moto.iam.aws_managed_policies import aws_managed_policies_data
from moto.iam.exceptions import MalformedPolicyDocument
from moto.iam.models import AWSManagedPolicy, iam_backends
from moto.iam.policy_validation import BaseIAMPolicyValidator

from sandbox import refusals
from sandbox.calls import Call
from sandbox.conditions import listed


def prepare(call: Call) -> refusals.Answer | None:
    """Before IAM performs the call: knows the AWS policy that is attached, or gives the refusal of a trust policy."""
    if call.service != "iam":
        return None
    if call.action in ("AttachRolePolicy", "AttachUserPolicy", "AttachGroupPolicy"):
        know(call.account, call.form.get("PolicyArn", ""))
    return _malformed(call) if call.action == "CreateRole" else None


def know(account: str, arn: str) -> None:
    """Lets the account attach this policy of AWS's; all of them would be 4 MB in each account."""
    backend, name = iam_backends[account]["aws"], arn.rsplit("/", 1)[-1]
    if arn in backend.managed_policies or name not in _kept_by_aws():
        return
    policy = AWSManagedPolicy.from_data(name, account, "aws", _kept_by_aws()[name])
    if policy.arn == arn:
        backend.aws_managed_policies.append(policy)
        backend.managed_policies[arn] = policy


@cache
def _kept_by_aws() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(aws_managed_policies_data)
    return found


def _malformed(call: Call) -> refusals.Answer | None:
    """IAM API Reference: CreateRole, MalformedPolicyDocument. IAM User Guide: AWS JSON policy elements: Principal."""
    text = call.form.get("AssumeRolePolicyDocument", "")
    try:
        BaseIAMPolicyValidator(text).validate()
    except MalformedPolicyDocument as error:
        return refusals.answer(call, "MalformedPolicyDocument", error.message, 400)
    if any("Principal" not in statement for statement in listed(json.loads(text)["Statement"])):
        return refusals.answer(call, "MalformedPolicyDocument", "Missing required field Principal", 400)
    return None
