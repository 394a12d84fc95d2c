"""Stacks that were changed by hand, as far as CloudFormation knows."""

from dataclasses import replace

import pytest

from tasks.checks import stack_drift
from tasks.checks.stack_drift import Difference
from tests.checks.answers import Answers
from tests.checks.reading import SandboxReader, ago, gathered, judged, resource
from tests.sandbox.account import topic

CHANGED = Difference("Db", "/InstanceType", "db.t3.micro", "db.t3.large")
DRIFTED = stack_drift.Facts(resource("arn:stack", name="db"), "DRIFTED", ago(days=3), (CHANGED,))


def test_drift_is_found_with_its_age_and_values():
    found = judged(stack_drift, DRIFTED)
    assert found.detail == "Db differs from the template, as seen 3 d ago."
    assert found.evidence["differences"] == [vars(CHANGED)]


def test_a_resource_that_is_gone_is_named():
    found = judged(stack_drift, replace(DRIFTED, differences=(), deleted=("Queue",)))
    assert found.detail == "Queue differs from the template, as seen 3 d ago. Gone: Queue."


def test_a_stack_in_sync_that_was_looked_at_lately_is_well():
    assert judged(stack_drift, replace(DRIFTED, status="IN_SYNC", checked=ago(days=7))) is None


@pytest.mark.parametrize(
    ("status", "checked"), [("NOT_CHECKED", None), ("IN_SYNC", ago(days=8)), ("UNKNOWN", ago(days=1))]
)
def test_a_stack_nobody_looked_at_is_not_called_well(status, checked):
    facts = replace(DRIFTED, status=status, checked=checked, differences=())
    found = judged(stack_drift, facts)
    assert (found.severity, "not known" in found.detail) == ("low", True)
    assert judged(stack_drift, facts, unknown=False) is None


@pytest.mark.parametrize(
    ("path", "value"),
    [("/MasterUserPassword", "x"), ("/Environment/Variables/URL", "y"), ("/Endpoint", "redis://u:hunter2hunter@h")],
)
def test_values_that_may_be_secret_are_not_shown(path, value):
    told = {"PropertyPath": path, "ExpectedValue": "plain", "ActualValue": value}
    found = stack_drift.difference({"LogicalResourceId": "Db"}, told)
    assert (found.expected, found.actual) == ("…", "…")


def test_the_last_known_drift_is_read_and_none_is_started():
    drifted = {"StackDriftStatus": "DRIFTED", "LastCheckTimestamp": ago(days=3)}
    stack = {"StackId": "arn:stack", "StackName": "db", "StackStatus": "UPDATE_COMPLETE"}
    other = stack | {"StackId": "arn:other", "StackStatus": "UPDATE_IN_PROGRESS"}
    one = {"PropertyPath": CHANGED.path, "ExpectedValue": CHANGED.expected, "ActualValue": CHANGED.actual}
    drift = {"LogicalResourceId": "Db", "StackResourceDriftStatus": "MODIFIED", "PropertyDifferences": [one]}
    given = {
        ("cloudformation", "describe_stacks"): {"Stacks": [stack | {"DriftInformation": drifted}, other]},
        ("cloudformation", "describe_stack_resource_drifts"): {"StackResourceDrifts": [drift]},
    }
    reader = Answers(given)
    assert gathered(stack_drift, reader) == [DRIFTED]
    assert reader.calls == ["describe_stacks", "describe_stack_resource_drifts"]


def test_a_stack_of_the_sandbox_was_never_looked_at(account):
    account.create(topic())
    (facts,) = gathered(stack_drift, SandboxReader(account))
    assert (facts.status, facts.checked) == ("NOT_CHECKED", None)
