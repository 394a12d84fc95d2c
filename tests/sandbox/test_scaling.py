"""Auto Scaling activities, and what EC2 tells of single instances."""

import pytest

from sandbox.controlling import ControlError
from tests.sandbox.account import refused
from tests.sandbox.test_alarms import described, put
from tests.sandbox.test_metrics import seed


def group(account, name="web", size=2, kind="t3.micro"):
    ec2, scaling = account.client("ec2"), account.client("autoscaling")
    data = {"ImageId": "ami-12345678", "InstanceType": kind}
    ec2.create_launch_template(LaunchTemplateName=name, LaunchTemplateData=data)
    sizes = {"MinSize": 0, "MaxSize": 9, "DesiredCapacity": size, "AvailabilityZones": ["eu-west-1a"]}
    template = {"LaunchTemplateName": name, "Version": "$Latest"}
    scaling.create_auto_scaling_group(AutoScalingGroupName=name, LaunchTemplate=template, **sizes)
    return scaling


def activities(account, **given):
    return account.client("autoscaling").describe_scaling_activities(**given)["Activities"]


def seeded(account, *rows):
    keys = ("verb", "instance", "hours", "cause")
    seed(account, "activities", activities=[{"group": "web", **dict(zip(keys, row, strict=True))} for row in rows])


def test_health_check_replacements_have_their_causes(account):
    group(account, size=0)
    seeded(account, ("terminate", "i-1", 2, "elb"), ("launch", "i-2", 1, "replacement"))
    launch, terminate = activities(account, AutoScalingGroupName="web")
    assert terminate["Description"] == "Terminating EC2 instance: i-1"
    assert terminate["Cause"].endswith("taken out of service in response to an ELB system health check failure.")
    assert launch["Cause"].endswith("launched in response to an unhealthy instance needing to be replaced.")
    assert (launch["StatusCode"], launch["Progress"]) == ("Successful", 100)


def test_activities_come_newest_first_in_pages_of_a_hundred(account):
    group(account, size=0)
    seeded(account, *[("launch", f"i-{n}", n + 1, "capacity") for n in range(101)])
    pages = list(account.client("autoscaling").get_paginator("describe_scaling_activities").paginate())
    assert [len(page["Activities"]) for page in pages] == [100, 1]
    assert pages[0]["Activities"][0]["Description"].endswith("i-0")


def test_what_the_group_did_is_among_its_activities(account):
    scaling = group(account, size=2)
    assert [one["Description"][:9] for one in activities(account)] == ["Launching"] * 2
    scaling.set_desired_capacity(AutoScalingGroupName="web", DesiredCapacity=1)
    newest = activities(account)[0]
    assert newest["Description"].startswith("Terminating EC2 instance: i-")
    assert "shrinking the capacity from 2 to 1" in newest["Cause"]


def test_a_deleted_groups_activities_are_told_when_asked_for(account):
    seeded(account, ("launch", "i-1", 1, "capacity"))
    assert activities(account) == []
    (found,) = activities(account, IncludeDeletedGroups=True)
    assert found["AutoScalingGroupState"] == "Deleted"


def instance(account, kind):
    made = account.client("ec2").run_instances(ImageId="ami-12345678", InstanceType=kind, MinCount=1, MaxCount=1)
    return made["Instances"][0]["InstanceId"]


def modes(account, **given):
    found = account.client("ec2").describe_instance_credit_specifications(**given)
    return {one["InstanceId"]: one["CpuCredits"] for one in found["InstanceCreditSpecifications"]}


def test_newer_families_are_unlimited_unless_changed(account):
    old, new, other = (instance(account, kind) for kind in ("t2.micro", "t3.micro", "t4g.micro"))
    seed(account, "credits", instances=[other], mode="standard")
    assert modes(account, InstanceIds=[old, new, other]) == {old: "standard", new: "unlimited", other: "standard"}
    assert modes(account) == {new: "unlimited"}


def test_an_instance_without_credits_is_an_error(account):
    ask = account.client("ec2").describe_instance_credit_specifications
    code, _, status = refused(ask, InstanceIds=[instance(account, "m5.large")])
    assert (code, status) == ("InstanceCreditSpecification.NotSupported", 400)


def test_the_mode_is_changed_for_each_instance(account):
    one, other = instance(account, "t2.micro"), instance(account, "m5.large")
    asked = [{"InstanceId": ident, "CpuCredits": "unlimited"} for ident in (one, other)]
    found = account.client("ec2").modify_instance_credit_specification(InstanceCreditSpecifications=asked)
    assert found["SuccessfulInstanceCreditSpecifications"] == [{"InstanceId": one}]
    assert found["UnsuccessfulInstanceCreditSpecifications"][0]["InstanceId"] == other
    assert modes(account) == {one: "unlimited"}


def test_an_instance_starts_in_the_mode_asked_for(account):
    asked = {"ImageId": "ami-12345678", "InstanceType": "t3.micro", "MinCount": 2, "MaxCount": 2}
    made = account.client("ec2").run_instances(**asked, CreditSpecification={"CpuCredits": "standard"})
    ids = [one["InstanceId"] for one in made["Instances"]]
    assert modes(account, InstanceIds=ids) == dict.fromkeys(ids, "standard")


def test_a_hook_without_a_target_has_none(account):
    scaling = group(account, size=0)
    hook = {"LifecycleHookName": "wait", "LifecycleTransition": "autoscaling:EC2_INSTANCE_LAUNCHING"}
    scaling.put_lifecycle_hook(AutoScalingGroupName="web", **hook)
    (found,) = scaling.describe_lifecycle_hooks(AutoScalingGroupName="web")["LifecycleHooks"]
    assert (found["HeartbeatTimeout"], found["DefaultResult"]) == (3600, "ABANDON")
    assert "NotificationTargetARN" not in found


def policy(scaling, name, **given):
    return scaling.put_scaling_policy(AutoScalingGroupName="web", PolicyName=name, **given)["PolicyARN"]


def alarms_of(scaling, name):
    (found,) = scaling.describe_policies(AutoScalingGroupName="web", PolicyNames=[name])["ScalingPolicies"]
    return [one["AlarmName"] for one in found["Alarms"]]


def test_a_policy_names_the_alarms_that_start_it(account):
    scaling = group(account, size=0)
    step = [{"MetricIntervalLowerBound": 0.0, "ScalingAdjustment": 1}]
    arn = policy(scaling, "out", PolicyType="StepScaling", AdjustmentType="ChangeInCapacity", StepAdjustments=step)
    assert alarms_of(scaling, "out") == []
    put(account, name="busy", AlarmActions=[arn])
    assert alarms_of(scaling, "out") == ["busy"]


def test_target_tracking_makes_a_pair_of_alarms(account):
    scaling = group(account, size=0)
    metric = {"PredefinedMetricSpecification": {"PredefinedMetricType": "ASGAverageCPUUtilization"}}
    target = {**metric, "TargetValue": 70.0}
    policy(scaling, "cpu", PolicyType="TargetTrackingScaling", TargetTrackingConfiguration=target)
    assert alarms_of(scaling, "cpu") == ["TargetTracking-web-AlarmHigh-cpu", "TargetTracking-web-AlarmLow-cpu"]
    assert [one["Threshold"] for one in described(account)] == [70, pytest.approx(63)]


def test_the_console_says_what_was_written(account):
    seed(account, "console", instance="i-1", text="kernel panic\n")
    found = account.client("ec2").get_console_output(InstanceId="i-1")
    assert found["Output"] == "kernel panic\n"
    assert refused(account.client("ec2").get_console_output, InstanceId="i-2")[0] == "InvalidInstanceID.NotFound"


def test_an_activity_without_its_instance_is_told(account):
    with pytest.raises(ControlError, match=r"activities.0.instance"):
        seed(account, "activities", activities=[{"group": "web", "verb": "launch", "hours": 1, "cause": "elb"}])
