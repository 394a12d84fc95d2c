"""What a runbook declares is all that it needs, and nothing is loaded where it has no business."""

import subprocess
import sys

import pytest

from opsportal.errors import StepFailed
from tasks.runbooks import stacks_deploy, stacks_plan
from tasks.stacks import deploy as stack
from tasks.stacks import preview
from tests.stacks.driver import Driver, facts
from tests.stacks.templates import one

OTHER = "666666666666"


@pytest.fixture
def limited(sandbox, account):
    """A step whose role may do what the runbook declares, and nothing else."""

    def make(runbook):
        statement = {"Effect": "Allow", "Action": list(runbook.permissions), "Resource": "*"}
        policy = {"Version": "2012-10-17", "Statement": [statement]}
        role = sandbox.role(OTHER, f"only-{runbook.name}", policy=policy, enforce=True)
        return Driver(sandbox, facts(OTHER, role_arn=role))

    yield make
    sandbox.clear_faults()
    sandbox.speed(100)


def test_a_deployment_needs_no_more_than_declared(sandbox, limited):
    sandbox.fault("fail_resource", logical_id="Topic", account=OTHER, count=1)
    step = limited(stacks_deploy.RUNBOOK).want(one(), protect=True)
    with pytest.raises(StepFailed, match="simulated failure"):
        step.run()
    step.retry()

    step.run()
    step.next().want(one("two")).run()

    assert step.next().want(one("two")).run(stack.read).output["outputs"]


def test_a_cancel_and_an_undo_need_no_more_than_declared(sandbox, limited):
    step = limited(stacks_deploy.RUNBOOK).want(one())
    step.run()
    sandbox.speed(2)
    later = step.next().want(one("two", seconds=10))
    later.until(lambda: later.memory.get("deploy", {}).get("status") == "UPDATE_IN_PROGRESS")

    later.run(stack.cancel)
    sandbox.speed(100)

    assert later.run(stack.undo).unchanged


def test_a_plan_needs_no_more_than_declared(limited):
    step = limited(stacks_deploy.RUNBOOK).want(one())
    step.run()
    later = limited(stacks_plan.RUNBOOK)
    later.input = step.input

    later.want(one("two")).run(preview.preview)

    assert later.run(preview.cancel)


def test_knowing_the_runbooks_loads_neither_boto3_nor_the_linter():
    known = "import sys, django; django.setup(); import tasks.runbooks, tasks.checks;"
    code = f"{known} print([m for m in ('boto3', 'botocore', 'cfnlint') if m in sys.modules])"

    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert found.stdout.strip() == "[]"
