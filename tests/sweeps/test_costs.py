"""All cost checks in one sweep of the demo's account, by a role that may do no more than they declare."""

import pytest

from opsportal.models import Finding
from tasks.checks import CHECKS
from tests.sweeps.conftest import look, planned, step_of

OTHER = "666666666666"  # whose estate no other test meets
COSTS = [check for check in CHECKS if check.group == "cost"]
BY_LISTING = (
    "ami-unused",
    "ebs-unattached",
    "ec2-stopped-long",
    "ecr-untagged",
    "eip-unassociated",
    "elb-without-targets",
    "log-group-without-retention",
    "s3-incomplete-uploads",
    "secrets-unused",
    "snapshot-orphaned",
)
BY_METRICS = (
    "dynamodb-overprovisioned",
    "ebs-overprovisioned-iops",
    "ec2-idle",
    "elasticache-idle",
    "lambda-oversized",
    "nat-idle",
    "rds-idle",
    "vpc-endpoint-unused",
)


@pytest.fixture
def swept(sandbox, here):
    """The sweep's step, and the ids that each check must find."""
    here.account = OTHER
    actions = sorted({action for check in COSTS for action in check.permissions})
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": actions, "Resource": "*"}]}
    here.role_arn = sandbox.role(OTHER, "sweeper", policy=policy, enforce=True)
    here.save()
    waste = sandbox.fill("shop", account=OTHER)["eu-central-1"]["waste"]
    run = planned(here, *(check.name for check in COSTS))
    look(run)
    return step_of(run), waste


def test_every_cost_check_is_made_and_finds_what_the_account_wastes(swept):
    step, waste = swept
    wanted = {name: set(waste[name]) for name in BY_LISTING + BY_METRICS}
    found = {name: set() for name in wanted}
    for name, resource in Finding.objects.filter(check_name__in=wanted).values_list("check_name", "resource"):
        found[name].add(resource)

    assert (step.status, step.output["not_checked"]) == ("succeeded", {})
    assert found == wanted
    assert Finding.objects.filter(usd__gt=0).exclude(price=None).exists()
