"""What the sandbox's tests do over and over in an account."""

import json
import time
from dataclasses import dataclass
from itertools import count

import pytest
from botocore.exceptions import ClientError

from sandbox.process import Sandbox

BUSY = "_IN_PROGRESS"
numbers = count(1)


def until(observe, wanted, seconds=10):
    """The first observation that is wanted."""
    end = time.monotonic() + seconds
    while not wanted(seen := observe()):
        assert time.monotonic() < end, f"still {seen}"
        time.sleep(0.005)
    return seen


def topic(name="Topic", **properties):
    """A template with one SNS topic."""
    return template(**{name: resource("AWS::SNS::Topic", **properties)})


def resource(kind, needs=(), metadata=None, **properties):
    line = {"Type": kind, "Properties": properties, "DependsOn": list(needs)}
    return line | ({"Metadata": metadata} if metadata else {})


def template(outputs=None, parameters=None, **resources):
    return json.dumps({"Resources": resources, "Outputs": outputs or {}, "Parameters": parameters or {}})


def values(**given):
    return [{"ParameterKey": key, "ParameterValue": value} for key, value in given.items()]


@dataclass
class Account:
    sandbox: Sandbox
    id: str

    def client(self, service, **config):
        return self.sandbox.client(service, account=self.id, **config)

    @property
    def cloudformation(self):
        return self.client("cloudformation")

    def change_set(self, body, stack="app", kind="UPDATE", name="", **options):
        """A change set once it is ready or failed, as described."""
        name = name or f"change-{next(numbers)}"
        given = {"StackName": stack, "ChangeSetName": name, "ChangeSetType": kind, "TemplateBody": body, **options}
        made = self.cloudformation.create_change_set(**given)
        return until(lambda: self.described(made["Id"]), lambda seen: seen["Status"] in ("CREATE_COMPLETE", "FAILED"))

    def described(self, change_set, **options):
        return self.cloudformation.describe_change_set(ChangeSetName=change_set, **options)

    def changes(self, body, **options):
        return {
            c["ResourceChange"]["LogicalResourceId"]: c["ResourceChange"]
            for c in self.change_set(body, **options)["Changes"]
        }

    def execute(self, change_set, **options):
        self.cloudformation.execute_change_set(ChangeSetName=change_set["ChangeSetId"], **options)
        return self.settled(change_set["StackId"])

    def deploy(self, body, stack="app", kind="CREATE", **options):
        """Change set, execution and end; the stack as described."""
        return self.execute(self.change_set(body, stack, kind, **options))

    def create(self, body, stack="app", **options):
        made = self.cloudformation.create_stack(StackName=stack, TemplateBody=body, **options)
        return self.settled(made["StackId"])

    def update(self, body, stack="app", **options):
        made = self.cloudformation.update_stack(StackName=stack, TemplateBody=body, **options)
        return self.settled(made["StackId"])

    def delete(self, stack, **options):
        """Takes the stack's id, by which a deleted stack is still found."""
        self.cloudformation.delete_stack(StackName=stack, **options)
        return self.settled(stack)

    def stack(self, name="app"):
        return self.cloudformation.describe_stacks(StackName=name)["Stacks"][0]

    def settled(self, name="app"):
        return until(lambda: self.stack(name), lambda seen: not seen["StackStatus"].endswith(BUSY))

    def status(self, name, wanted):
        return until(lambda: self.stack(name), lambda seen: seen["StackStatus"] == wanted)

    def events(self, name="app"):
        """(logical id, status, reason) of every event, oldest first."""
        pages = self.cloudformation.get_paginator("describe_stack_events").paginate(StackName=name)
        found = [event for page in pages for event in page["StackEvents"]]
        return [
            (e["LogicalResourceId"], e["ResourceStatus"], e.get("ResourceStatusReason", "")) for e in reversed(found)
        ]

    def last_events(self, since, name="app"):
        """The events from the last time that the stack took this status."""
        found = self.events(name)
        starts = [place for place, event in enumerate(found) if event[0] == name and event[1] == since]
        return found[starts[-1] :]

    def physical_id(self, logical_id, stack="app"):
        found = self.cloudformation.describe_stack_resource(StackName=stack, LogicalResourceId=logical_id)
        return found["StackResourceDetail"]["PhysicalResourceId"]


def refused(call, *args, **given):
    """(code, message, HTTP status) of the refusal that a call must meet."""
    with pytest.raises(ClientError) as caught:
        call(*args, **given)
    answer = caught.value.response
    return answer["Error"]["Code"], answer["Error"]["Message"], answer["ResponseMetadata"]["HTTPStatusCode"]
