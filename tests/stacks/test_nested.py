"""Causes inside nested stacks, told by a scripted AWS: the sandbox has no nested stacks."""

from datetime import UTC, datetime
from types import SimpleNamespace

from opsportal.errors import Gone
from tasks.aws import cloudformation
from tasks.stacks.follow import root_cause

PARENT, CHILD = "arn:aws:cloudformation:x:1:stack/parent/1", "arn:aws:cloudformation:x:1:stack/child/2"
PASSED_ON = f"Embedded stack {CHILD} was not successfully created: The following resource(s) failed to create: [Topic]."


def failed(stack, name, why):
    plain = {"EventId": name, "Timestamp": datetime.now(UTC), "StackId": stack, "LogicalResourceId": name}
    return plain | {"ResourceStatus": "CREATE_FAILED", "ResourceStatusReason": why}


class Scripted:
    """Answers DescribeStackEvents from a table."""

    def __init__(self, **told):
        self.told = {PARENT: [failed(PARENT, "Child", PASSED_ON)]} | told

    def pages(self, service, operation, region, StackName):  # noqa: N803  boto3's own
        if StackName not in self.told:
            raise Gone("gone")
        yield {"StackEvents": self.told[StackName]}


def cause(aws):
    job = SimpleNamespace(aws=aws, wanted=SimpleNamespace(region="x"))
    return root_cause(job, cloudformation.events(aws, "x", PARENT))


def test_the_cause_within_a_nested_stack_is_named_with_its_way():
    aws = Scripted(**{CHILD: [failed(CHILD, "Topic", "Quota exceeded")]})

    assert cause(aws) == ("Child/Topic", "Quota exceeded")


def test_a_nested_stack_that_is_gone_leaves_what_its_parent_says():
    where, why = cause(Scripted())

    assert where == "Child"
    assert why.startswith("Embedded stack")


def test_a_circle_of_nested_stacks_ends():
    aws = Scripted(**{CHILD: [failed(CHILD, "Child", PASSED_ON)]})

    assert cause(aws)[0].startswith("Child/Child")
