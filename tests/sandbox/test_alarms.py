"""CloudWatch's alarms."""

import time

import pytest

from tests.sandbox.account import refused, resource, template
from tests.sandbox.test_metrics import seed

TOPIC = "arn:aws:sns:eu-west-1:123456789012:operators"


def settings(name="cpu", **given):
    metric = {"Namespace": "AWS/EC2", "MetricName": "CPUUtilization", "Statistic": "Average", "Period": 300}
    rule = {"EvaluationPeriods": 2, "Threshold": 80.0, "ComparisonOperator": "GreaterThanThreshold"}
    return {"AlarmName": name, "AlarmActions": [TOPIC], **metric, **rule, **given}


def put(account, **given):
    account.client("cloudwatch").put_metric_alarm(**settings(**given))


def described(account, **given):
    return account.client("cloudwatch").describe_alarms(**given)["MetricAlarms"]


def history(account, **given):
    return account.client("cloudwatch").describe_alarm_history(**given)["AlarmHistoryItems"]


def busy(account, value):
    seed(account, metrics=[{"namespace": "AWS/EC2", "name": "CPUUtilization", "period": 300, "value": value}])


def test_an_alarm_is_described_with_what_was_given(account):
    put(account)
    (found,) = described(account)
    assert (found["AlarmActions"], found["Threshold"], found["ActionsEnabled"]) == ([TOPIC], 80, True)
    assert found["AlarmArn"] == f"arn:aws:cloudwatch:eu-west-1:{account.id}:alarm:cpu"


@pytest.mark.parametrize(("value", "state"), [(95, "ALARM"), (20, "OK")])
def test_an_alarm_follows_its_metric(account, value, state):
    busy(account, value)
    put(account)
    (found,) = described(account)
    assert found["StateValue"] == state
    assert found["StateReason"].startswith("Threshold Crossed: 2 datapoints [")


@pytest.mark.parametrize(
    ("treat", "state"), [("missing", "INSUFFICIENT_DATA"), ("breaching", "ALARM"), ("notBreaching", "OK")]
)
def test_missing_data_are_treated_as_asked(account, treat, state):
    put(account, TreatMissingData=treat)
    assert described(account)[0]["StateValue"] == state


def test_seeded_states_have_a_history(account):
    past = [{"hours": 30, "state": "OK", "reason": "calm"}, {"hours": 3, "state": "ALARM", "reason": "busy"}]
    seed(account, "alarms", alarms=[{"settings": settings(), "past": past}])
    (found,) = described(account, StateValue="ALARM")
    assert found["StateReason"] == "busy"
    assert time.time() - found["StateUpdatedTimestamp"].timestamp() == pytest.approx(3 * 3600, abs=60)
    summaries = [item["HistorySummary"] for item in history(account, AlarmName="cpu", HistoryItemType="StateUpdate")]
    assert summaries == ["Alarm updated from OK to ALARM", "Alarm updated from INSUFFICIENT_DATA to OK"]
    assert history(account, HistoryItemType="Action")[0]["HistorySummary"].endswith(TOPIC)


def test_alarms_come_in_pages_of_a_hundred(account):
    seed(account, "alarms", alarms=[{"settings": settings(f"cpu-{n}")} for n in range(101)])
    pages = list(account.client("cloudwatch").get_paginator("describe_alarms").paginate())
    assert [len(page["MetricAlarms"]) for page in pages] == [100, 1]
    assert len(described(account, AlarmNamePrefix="cpu-10")) == 2


def test_a_state_can_be_set_for_a_while(account):
    put(account)
    change = {"StateValue": "ALARM", "StateReason": "a test"}
    account.client("cloudwatch").set_alarm_state(AlarmName="cpu", **change)
    assert described(account)[0]["StateReason"] == "a test"
    assert refused(account.client("cloudwatch").set_alarm_state, AlarmName="none", **change)[0] == "ResourceNotFound"


def test_an_alarm_of_a_stack_comes_and_goes_with_it(account):
    properties = {name: value for name, value in settings().items() if name != "AlarmName"} | {"Threshold": "85"}
    stack = account.create(template(Alarm=resource("AWS::CloudWatch::Alarm", **properties)))
    (found,) = described(account)
    assert (found["AlarmName"], found["Threshold"]) == (account.physical_id("Alarm"), 85)
    account.delete(stack["StackId"])
    assert described(account) == []


def test_composite_alarms_are_described_when_asked_for(account):
    client = account.client("cloudwatch")
    client.put_composite_alarm(AlarmName="both", AlarmRule="ALARM(cpu)")
    assert described(account) == []
    found = client.describe_alarms(AlarmTypes=["CompositeAlarm"])["CompositeAlarms"]
    assert found[0]["AlarmRule"] == "ALARM(cpu)"


def test_actions_are_switched_off_and_alarms_deleted(account):
    put(account)
    client = account.client("cloudwatch")
    client.disable_alarm_actions(AlarmNames=["cpu"])
    assert described(account)[0]["ActionsEnabled"] is False
    client.delete_alarms(AlarmNames=["cpu"])
    assert described(account) == []


def test_an_alarm_is_found_by_its_metric(account):
    put(account)
    found = account.client("cloudwatch").describe_alarms_for_metric
    assert len(found(Namespace="AWS/EC2", MetricName="CPUUtilization")["MetricAlarms"]) == 1
    assert found(Namespace="AWS/EC2", MetricName="NetworkIn")["MetricAlarms"] == []
