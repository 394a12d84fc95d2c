"""CloudFormation's drift detection."""

import json

import pytest

from sandbox.controlling import ControlError
from tests.sandbox.account import refused, resource, template, topic, until
from tests.sandbox.test_metrics import seed

TWO = template(
    Topic=resource("AWS::SNS::Topic", DisplayName="orders"), Queue=resource("AWS::SQS::Queue", DelaySeconds=5)
)


@pytest.fixture
def deployed(account):
    account.create(TWO)
    return account


def detected(account, stack="app"):
    client = account.cloudformation
    ident = client.detect_stack_drift(StackName=stack)["StackDriftDetectionId"]
    ask = client.describe_stack_drift_detection_status
    return until(
        lambda: ask(StackDriftDetectionId=ident), lambda seen: seen["DetectionStatus"] != "DETECTION_IN_PROGRESS"
    )


def drifts(account, *wanted):
    filters = {"StackResourceDriftStatusFilters": list(wanted)} if wanted else {}
    found = account.cloudformation.describe_stack_resource_drifts(StackName="app", **filters)["StackResourceDrifts"]
    return {one["LogicalResourceId"]: one for one in found}


def test_a_stack_as_its_template_says_is_in_sync(deployed):
    assert deployed.stack()["DriftInformation"]["StackDriftStatus"] == "NOT_CHECKED"
    found = detected(deployed)
    assert (found["StackDriftStatus"], found["DriftedStackResourceCount"]) == ("IN_SYNC", 0)
    assert {one["StackResourceDriftStatus"] for one in drifts(deployed).values()} == {"IN_SYNC"}
    assert deployed.stack()["DriftInformation"]["StackDriftStatus"] == "IN_SYNC"


def test_a_changed_property_is_told_with_both_values(deployed):
    seed(deployed, "drift", stack="app", resource="Topic", differences=[{"path": "/DisplayName", "actual": "sales"}])
    assert detected(deployed)["DriftedStackResourceCount"] == 1
    (found,) = drifts(deployed, "MODIFIED", "DELETED").values()
    (difference,) = found["PropertyDifferences"]
    expected = {"PropertyPath": "/DisplayName", "ExpectedValue": "orders", "ActualValue": "sales"}
    assert difference == expected | {"DifferenceType": "NOT_EQUAL"}
    assert json.loads(found["ActualProperties"])["DisplayName"] == "sales"
    assert json.loads(found["ExpectedProperties"])["DisplayName"] == "orders"


def test_a_resource_may_be_gone(deployed):
    seed(deployed, "drift", stack="app", resource="Queue", deleted=True)
    assert detected(deployed)["StackDriftStatus"] == "DRIFTED"
    assert drifts(deployed)["Queue"]["StackResourceDriftStatus"] == "DELETED"


def test_detection_takes_its_time(held):
    held.create(topic())
    ident = held.cloudformation.detect_stack_drift(StackName="app")["StackDriftDetectionId"]
    found = held.cloudformation.describe_stack_drift_detection_status(StackDriftDetectionId=ident)
    assert found["DetectionStatus"] == "DETECTION_IN_PROGRESS"
    assert drifts(held) == {}


def test_one_resource_is_checked_at_once(deployed):
    ask = deployed.cloudformation.detect_stack_resource_drift
    found = ask(StackName="app", LogicalResourceId="Topic")["StackResourceDrift"]
    assert found["StackResourceDriftStatus"] == "IN_SYNC"


def test_an_unknown_detection_is_refused(account):
    ask = account.cloudformation.describe_stack_drift_detection_status
    assert refused(ask, StackDriftDetectionId="0" * 36)[0] == "ValidationError"


def test_only_resources_of_stacks_drift(deployed):
    with pytest.raises(ControlError, match="no resource None in a stack app"):
        seed(deployed, "drift", stack="app", resource="None")
