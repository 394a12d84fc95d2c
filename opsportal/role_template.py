"""The AWS side of an environment: who may assume its role, and what that role may do."""

import re
from typing import Any

import yaml

from . import catalog
from .models import Environment

PASSING = "iam:PassRole"
PRINCIPAL = re.compile(r"^arn:aws[a-z-]*:(iam::\d{12}:(root|role/[\w+=,.@/-]+|user/[\w+=,.@/-]+))$")


def trust_policy(environment: Environment, principal: Any) -> dict[str, Any]:
    """Lets `principal` assume the role when it brings the environment's external id.

    AWS IAM User Guide: Access to AWS accounts owned by third parties.
    """
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": principal},
                "Action": "sts:AssumeRole",
                "Condition": {"StringEquals": {"sts:ExternalId": environment.external_id}},
            }
        ],
    }


def statements(environment: Environment) -> list[dict[str, Any]]:
    """What the role may do; roles are passed to CloudFormation only, and only the environment's where it has one."""
    actions = catalog.permissions()
    found: list[dict[str, Any]] = [
        {"Sid": "Runbooks", "Effect": "Allow", "Action": [a for a in actions if a != PASSING], "Resource": "*"}
    ]
    if PASSING in actions:
        found.append(
            {
                "Sid": "PassTheServiceRole",
                "Effect": "Allow",
                "Action": PASSING,
                "Resource": environment.service_role_arn or "*",
                "Condition": {"StringEquals": {"iam:PassedToService": "cloudformation.amazonaws.com"}},
            }
        )
    return found


def role_name(environment: Environment) -> str:
    """The name in the environment's role ARN, or one of our own."""
    return environment.role_arn.rsplit("/", 1)[-1] if environment.role_arn else f"opsportal-{environment.name}"


def template(environment: Environment, principal: str = "") -> str:
    """A CloudFormation template in YAML that makes the role; who may assume it is a parameter.

    Its descriptions stay in English: of a role's, IAM takes Latin-1 only. IAM API Reference: CreateRole.
    """
    parameter: dict[str, Any] = {
        "Type": "String",
        "Description": "ARN of the role or account that the opsportal workers run as.",
        "AllowedPattern": PRINCIPAL.pattern,
    }
    if principal:
        parameter["Default"] = principal
    role = {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "RoleName": role_name(environment),
            "Description": f"What opsportal does in {environment.name}.",
            "MaxSessionDuration": 3600,
            "AssumeRolePolicyDocument": trust_policy(environment, {"Ref": "Workers"}),
            "Policies": [
                {
                    "PolicyName": "runbooks",
                    "PolicyDocument": {"Version": "2012-10-17", "Statement": statements(environment)},
                }
            ],
        },
    }
    document = {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": f"The role opsportal assumes for {environment.name}.",
        "Parameters": {"Workers": parameter},
        "Resources": {"Role": role},
        "Outputs": {"RoleArn": {"Value": {"Fn::GetAtt": ["Role", "Arn"]}}},
    }
    return str(yaml.safe_dump(document, sort_keys=False, width=120))
