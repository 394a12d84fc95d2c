"""docs/aws-changes.md: complete, and true when an answer is lost."""

import ast
import re
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from botocore import xform_name
from botocore.session import get_session

from opsportal.contexts import Ask
from opsportal.errors import StepFailed
from tasks.stacks import deploy as stack
from tests.stacks.templates import one

ROOT = Path(__file__).parents[2]
ROW = re.compile(r"^\| `(\w+):(\w+)` \|", re.MULTILINE)
ROWS = ROW.findall((ROOT / "docs/aws-changes.md").read_text())


def sent():
    """Service and operation of each `….change(service, operation, …)` in the workers' code."""
    for path in sorted((ROOT / "tasks").rglob("*.py")):
        constants = {}
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and any(name.name == "CF" for name in node.names):
                constants["CF"] = "cloudformation"
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "change":
                service, operation = node.args[:2]
                name = service.value if isinstance(service, ast.Constant) else constants[service.id]
                yield name, named(name)[operation.value]


@cache
def named(service):
    """The API's names of a service's operations, by boto3's."""
    return {xform_name(name): name for name in get_session().get_service_model(service).operation_names}


def test_the_table_has_every_changing_call_and_no_other():
    assert sorted(set(sent())) == sorted(ROWS)


def created(step):
    """Loses the answer to `action` on the way of a creation."""
    step.want(one()).run()
    return step.effects()


def proposed(step):
    step.environment = replace(step.environment, protected=True)
    assert isinstance(step.want(one()).run(), Ask)
    return step.change_sets()


def withdrawn(step):
    step.want(one()).run()
    proposal = step.next()
    proposal.environment = replace(step.environment, protected=True)
    proposal.say_to(proposal.want(one("two")).run(), approved=False, reason="no")
    with pytest.raises(StepFailed, match="rejected"):
        proposal.run()
    return ["left", *proposal.change_sets()]


def cleared(step):
    step.sandbox.fault("fail_resource", logical_id="Topic", count=1)
    with pytest.raises(StepFailed):
        step.want(one()).run()
    step.retry()
    step.run()
    return [kind for kind in step.effects() if kind == "DELETE_STACK"]


def cancelled(step):
    step.want(one()).run()
    step.sandbox.speed(2)
    later = step.next().want(one("two", seconds=10))
    later.until(lambda: later.memory.get("deploy", {}).get("status") == "UPDATE_IN_PROGRESS")
    later.run(stack.cancel)
    events = step.client().describe_stack_events(StackName=step.input["stack"])["StackEvents"]
    return [event for event in events if event["ResourceStatus"] == "UPDATE_ROLLBACK_IN_PROGRESS"]


def guarded(step):
    step.want(one(), protect=True).run()
    return [step.stack()["EnableTerminationProtection"]]


WAYS = {
    "CreateChangeSet": proposed,
    "ExecuteChangeSet": created,
    "DeleteChangeSet": withdrawn,
    "DeleteStack": cleared,
    "CancelUpdateStack": cancelled,
    "UpdateTerminationProtection": guarded,
}


@pytest.mark.parametrize(("service", "action"), [row for row in ROWS if row[0] == "cloudformation"])
def test_a_lost_answer_leaves_one_effect(sandbox, step, service, action):
    sandbox.fault("lost", service=service, action=action, account=step.environment.account, count=1)

    effects = WAYS[action](step)

    mine = [call for call in sandbox.log()["calls"] if call["account"] == step.environment.account]
    assert [call["action"] for call in mine if call["fault"] == "lost"] == [action]
    assert len(effects) == 1
