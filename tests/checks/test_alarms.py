"""Alarms that fire, and those that are missing."""

from dataclasses import replace

import pytest

from tasks.checks import alarm_firing, alarm_missing
from tasks.sweeps import alarms
from tasks.sweeps.alarms import Watch
from tests.checks.answers import Answers
from tests.checks.reading import SandboxReader, ago, gathered, judged, resource

TOPIC = "arn:aws:sns:eu-central-1:1:ops"
CPU = Watch("cpu", "CPUUtilization", {"AutoScalingGroupName": "web"}, 80, above=True)
AGENT = (replace(CPU, metric="mem_used_percent"), replace(CPU, metric="disk_used_percent"))
FLEET = alarm_missing.Facts("fleet", resource("arn:web", name="web"), (CPU, *AGENT))


def alarm(**more):
    told = {"AlarmName": "cpu", "AlarmArn": "arn:alarm", "StateValue": "OK", "AlarmActions": [TOPIC]}
    metric = {"MetricName": "CPUUtilization", "Dimensions": [{"Name": "AutoScalingGroupName", "Value": "web"}]}
    return told | metric | {"Threshold": 80.0, "ComparisonOperator": "GreaterThanThreshold"} | more


def test_a_fleet_that_tells_all_is_well():
    assert judged(alarm_missing, FLEET) is None


@pytest.mark.parametrize(
    ("watches", "missing"),
    [
        ((), "CPU at 80 %, memory, disk space"),
        ((CPU,), "memory, disk space"),
        ((replace(CPU, threshold=81), *AGENT), "CPU at 80 %"),
        ((replace(CPU, above=False), *AGENT), "CPU at 80 %"),
    ],
)
def test_what_nobody_is_told_of_is_named(watches, missing):
    found = judged(alarm_missing, replace(FLEET, watches=watches))
    assert found.detail == f"No alarm that tells anybody watches: {missing}."


def test_without_the_agent_cpu_is_enough():
    assert judged(alarm_missing, replace(FLEET, watches=(CPU,)), agent=False) is None


@pytest.mark.parametrize(
    ("kind", "metric", "missing"),
    [("database", "FreeStorageSpace", "CPU at 80 %"), ("balancer", "UnHealthyHostCount", None)],
)
def test_databases_and_load_balancers_want_their_own(kind, metric, missing):
    found = judged(alarm_missing, replace(FLEET, kind=kind, watches=(replace(CPU, metric=metric),)))
    assert (found and found.detail) == (missing and f"No alarm that tells anybody watches: {missing}.")


@pytest.mark.parametrize(
    "changed",
    [
        {"ActionsEnabled": False},
        {"AlarmActions": []},
        {"AlarmActions": ["arn:aws:autoscaling:eu-central-1:1:scalingPolicy:x"]},
    ],
)
def test_an_alarm_that_tells_nobody_watches_nothing(changed):
    assert list(alarms.watches(alarm(**changed))) == []


def test_metrics_within_an_expression_are_watched():
    inner = {"MetricStat": {"Metric": {"MetricName": "HealthyHostCount", "Dimensions": []}}}
    (watch,) = alarms.watches(alarm(MetricName=None, Metrics=[inner, {"Expression": "m1 / 2"}]))
    assert (watch.metric, watch.threshold) == ("HealthyHostCount", None)


def test_alarms_are_joined_with_what_they_watch():
    group = {"AutoScalingGroupName": "web", "AutoScalingGroupARN": "arn:web"}
    balancer = {"LoadBalancerArn": "arn:aws:elb:1:loadbalancer/app/shop/1", "LoadBalancerName": "shop"}
    hosts = alarm(MetricName="HealthyHostCount", Dimensions=[{"Name": "LoadBalancer", "Value": "app/shop/1"}])
    given = {
        ("cloudwatch", "describe_alarms"): {"MetricAlarms": [alarm(), hosts]},
        ("autoscaling", "describe_auto_scaling_groups"): {"AutoScalingGroups": [group]},
        ("rds", "describe_db_instances"): {"DBInstances": []},
        ("elbv2", "describe_load_balancers"): {"LoadBalancers": [balancer]},
    }
    found = {
        facts.resource.name: [watch.metric for watch in facts.watches]
        for facts in gathered(alarm_missing, Answers(given))
    }
    assert found == {"web": ["CPUUtilization"], "shop": ["HealthyHostCount"]}


FIRING = alarm_firing.Facts(
    resource("arn:alarm", name="cpu"), ago(hours=3), "Threshold Crossed", (TOPIC,), "Published to ops."
)


def test_a_firing_alarm_says_since_when_and_who_is_told():
    found = judged(alarm_firing, FIRING)
    assert (
        found.detail
        == "It has been in ALARM for 3 h, since 2026-11-25 09:30 UTC. It tells ops. Its history: Published to ops."
    )
    assert found.severity is None


@pytest.mark.parametrize("facts", [replace(FIRING, tells=()), replace(FIRING, since=ago(hours=24))])
def test_an_alarm_nobody_heeds_is_severe(facts):
    assert judged(alarm_firing, facts).severity == "high"


@pytest.mark.parametrize(("minutes", "found"), [(4, False), (5, True)])
def test_an_alarm_is_found_after_its_minutes(minutes, found):
    assert (judged(alarm_firing, replace(FIRING, since=ago(minutes=minutes))) is not None) is found


def test_an_unknown_notice_is_not_called_sent():
    assert "whether a notice was sent is not known" in judged(alarm_firing, replace(FIRING, sent=None)).detail


def test_only_alarms_for_people_that_fire_are_taken():
    now = {"StateValue": "ALARM", "StateUpdatedTimestamp": ago(hours=3)}
    scales = alarm(AlarmActions=["arn:aws:autoscaling:eu-central-1:1:scalingPolicy:x"], **now)
    told = {"MetricAlarms": [alarm(), scales], "CompositeAlarms": [alarm(AlarmName="all", MetricName=None, **now)]}
    history = {"AlarmHistoryItems": [{"HistorySummary": "Published to ops."}]}
    given = {("cloudwatch", "describe_alarms"): told, ("cloudwatch", "describe_alarm_history"): history}
    (facts,) = gathered(alarm_firing, Answers(given))
    assert (facts.resource.name, facts.since, facts.sent) == ("all", ago(hours=3), "Published to ops.")


def test_an_alarm_of_the_sandbox_is_read(account):
    client = account.client("cloudwatch")
    metric = {"Namespace": "AWS/EC2", "MetricName": "CPUUtilization", "Statistic": "Average", "Period": 60}
    rule = {"Threshold": 80, "ComparisonOperator": "GreaterThanThreshold", "EvaluationPeriods": 1}
    client.put_metric_alarm(AlarmName="cpu", AlarmActions=[TOPIC], **metric, **rule)
    (told,) = alarms.listed(SandboxReader(account))
    assert [watch.threshold for watch in alarms.watches(told)] == [80]
