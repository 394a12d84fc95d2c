"""Auto Scaling groups that replace instances for ever, or can't grow."""

from dataclasses import replace

import pytest

from tasks.checks import asg_scaling_policy, grace_too_short, replacement_loop, throttle_recycle
from tasks.checks.asg_scaling_policy import Threshold
from tasks.checks.throttle_recycle import End
from tasks.sweeps import activities, scaling_groups
from tasks.sweeps.activities import Life
from tests.checks.answers import Answers, measured
from tests.checks.reading import NOW, SandboxReader, ago, gathered, judged, resource

ELB = "At 2026-11-25T12:00:00Z an instance was taken out of service in response to an ELB system health check failure."
POLICY = "At T a monitor alarm cpu in state ALARM triggered policy p changing the desired capacity from {} to {}."


def launch(instance, started, ended=None):
    return activity(f"Launching a new EC2 instance: {instance}", started, ended, "an instance was launched")


def end(instance, at, cause=ELB):
    return activity(f"Terminating EC2 instance: {instance}", at, at, cause)


def activity(what, started, ended, cause):
    told = {"Description": what, "StartTime": started, "EndTime": ended, "Cause": cause, "StatusCode": "Successful"}
    return told | {"AutoScalingGroupName": "web"}


def group(**more):
    return {
        "AutoScalingGroupName": "web",
        "AutoScalingGroupARN": "arn:web",
        "HealthCheckType": "EC2,ELB",
        "HealthCheckGracePeriod": 60,
        "MinSize": 1,
        "MaxSize": 4,
        "DesiredCapacity": 2,
        "Instances": [{"InstanceId": "i-9", "InstanceType": "t3.micro"}],
    } | more


def scaling(*done, **more):
    return {
        ("autoscaling", "describe_auto_scaling_groups"): {"AutoScalingGroups": [group(**more)]},
        ("autoscaling", "describe_scaling_activities"): [{"Activities": list(done)}],
    }


def test_causes_of_health_checks_are_told_from_others():
    causes = [ELB, "in response to an EC2 instance status checks failure.", POLICY.format(3, 2)]
    done = [activities.activity_of(end("i-1a", NOW, cause)) for cause in causes]
    assert [each.by_health_check for each in done] == [True, True, False]


def test_a_launch_that_failed_is_about_no_instance():
    told = activity("Launching a new EC2 instance.  Status Reason: no capacity.", NOW, NOW, "")
    assert activities.activity_of(told) is None


def test_activities_before_the_hours_are_not_read():
    old = {"Activities": [launch("i-1", ago(hours=9), ago(hours=9))]}
    reader = Answers({("autoscaling", "describe_scaling_activities"): [old, old, old]})
    assert activities.by_group(reader, 4) == {}
    assert reader.calls == ["describe_scaling_activities"]


THROTTLED = (End("i-1", ago(hours=1), 0.0), End("i-2", ago(hours=2), 0.4))
RECYCLED = throttle_recycle.Facts(resource("arn:web", name="web"), ("t3.micro",), THROTTLED)


def test_two_ends_on_an_empty_balance_are_a_loop():
    found = judged(throttle_recycle, RECYCLED)
    assert "ended 2 instances without CPU credits in 24 h" in found.detail
    assert "ReplaceUnhealthy" in found.advice


@pytest.mark.parametrize("balance", [50.0, 1.1])
def test_an_end_with_credits_is_no_part_of_a_loop(balance):
    ends = (THROTTLED[0], End("i-2", ago(hours=2), balance))
    assert judged(throttle_recycle, replace(RECYCLED, ends=ends)) is None


def test_unknown_credits_of_burstable_instances_are_told():
    ends = tuple(replace(each, balance=None) for each in THROTTLED)
    found = judged(throttle_recycle, replace(RECYCLED, ends=ends))
    assert (found.severity, "not known" in found.detail) == ("low", True)
    assert judged(throttle_recycle, replace(RECYCLED, ends=ends, kinds=("m5.large",))) is None


def test_ends_are_joined_with_the_credits_before():
    given = scaling(end("i-1", ago(minutes=30)), end("i-2", ago(minutes=50)))
    values = {("CPUCreditBalance", "i-1"): [0.0] * 12, ("CPUCreditBalance", "i-2"): [7.0] * 12}
    given[("cloudwatch", "get_metric_data")] = measured(values)
    (facts,) = gathered(throttle_recycle, Answers(given))
    assert [each.balance for each in facts.ends] == [0.0, 7.0]


def lives(number, seconds=200, by_health_check=True):
    return tuple(
        Life(f"i-{n}", ago(minutes=9 * n, seconds=seconds), ago(minutes=9 * n), by_health_check) for n in range(number)
    )


LOOP = replacement_loop.Facts(resource("arn:web", name="web"), 60, lives(3))


def test_three_short_lives_within_an_hour_are_a_loop():
    found = judged(replacement_loop, LOOP)
    assert found.detail.startswith("3 instances were launched and ended by health checks within an hour.")


@pytest.mark.parametrize(
    "ended", [lives(2), lives(3, seconds=900), lives(3, by_health_check=False)], ids=["two", "long", "scaled in"]
)
def test_ordinary_replacements_are_no_loop(ended):
    assert judged(replacement_loop, replace(LOOP, lives=ended)) is None


def test_a_life_is_short_by_the_grace_period():
    assert judged(replacement_loop, replace(LOOP, lives=lives(3, seconds=900), grace=500)) is not None


def test_the_console_is_kept_without_secrets():
    done = [each for n in range(3) for each in (end(f"i-{n}", ago(minutes=5)), launch(f"i-{n}", ago(minutes=9)))]
    output = "cloud-init starts\nDB_PASSWORD=hunter2hunter\nFailed to start web.service\n"
    given = scaling(*done) | {("ec2", "get_console_output"): {"Output": output}}
    (facts,) = gathered(replacement_loop, Answers(given))
    assert facts.console == ("cloud-init starts", "Failed to start web.service")


def test_no_console_is_read_without_a_loop():
    reader = Answers(scaling(end("i-1", ago(minutes=5)), launch("i-1", ago(minutes=9))))
    assert gathered(replacement_loop, reader) == []
    assert "get_console_output" not in reader.calls


GRACE = grace_too_short.Facts(resource("arn:web", name="web"), 60, (130.0,) * 12, 60, hook=False)


def test_a_grace_shorter_than_start_and_check_is_found():
    found = judged(grace_too_short, GRACE)
    assert "is 60 s, but 12 launches took 130 s (p95) and the health check 60 s more" in found.detail


@pytest.mark.parametrize("grace", [190, 300])
def test_a_grace_that_is_as_long_as_both_is_enough(grace):
    assert judged(grace_too_short, replace(GRACE, grace=grace)) is None


def test_no_grace_without_a_hook_is_found():
    assert "0 s" in judged(grace_too_short, replace(GRACE, grace=0)).detail


def test_a_hook_that_waits_stands_for_the_start():
    assert judged(grace_too_short, replace(GRACE, hook=True)) is None


def test_without_launches_it_is_not_called_enough():
    found = judged(grace_too_short, replace(GRACE, grace=100, boots=()))
    assert (found.severity, "not known" in found.detail) == ("low", True)
    assert judged(grace_too_short, replace(GRACE, grace=300, boots=())) is None


def test_the_95th_percentile_is_by_nearest_rank():
    assert grace_too_short.p95(tuple(map(float, range(1, 21)))) == 19
    assert grace_too_short.p95(()) == 0


def test_grace_hooks_and_checks_are_joined():
    told = {"TargetGroupArn": "arn:tg", "HealthCheckIntervalSeconds": 10, "HealthyThresholdCount": 3}
    hook = {"LifecycleHooks": [{"LifecycleTransition": "autoscaling:EC2_INSTANCE_LAUNCHING"}]}
    given = scaling(launch("i-1", ago(hours=1, seconds=90), ago(hours=1)), TargetGroupARNs=["arn:tg"]) | {
        ("elbv2", "describe_target_groups"): {"TargetGroups": [told]},
        ("autoscaling", "describe_lifecycle_hooks"): hook,
    }
    (facts,) = gathered(grace_too_short, Answers(given))
    assert (facts.grace, facts.boots, facts.check, facts.hook) == (60, (90.0,), 30, True)


MOVES = asg_scaling_policy.Facts(resource("arn:web", name="web"), 1, 4, 2, ("out", "in"))
APART = (Threshold("CPUUtilization", True, True, 70), Threshold("CPUUtilization", False, False, 30))
CLOSE = (APART[0], Threshold("CPUUtilization", False, False, 60))


def test_a_group_that_can_move_is_well():
    assert judged(asg_scaling_policy, replace(MOVES, thresholds=APART)) is None


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"policies": ()}, "No scaling policy moves it between 1 and 4"),
        ({"desired": 4}, "at its maximum of 4"),
        ({"thresholds": CLOSE}, "grows at 70 and shrinks at 60"),
        ({"turns": 4}, "changed between growing and shrinking 4 times in 6 h"),
    ],
)
def test_a_group_that_cannot_move_well_is_found(changed, words):
    assert words in judged(asg_scaling_policy, replace(MOVES, **changed)).detail


def test_a_group_of_fixed_size_is_meant_so():
    assert judged(asg_scaling_policy, replace(MOVES, least=2, most=2, policies=())) is None


def test_thresholds_exactly_apart_are_fine():
    assert list(asg_scaling_policy.close(APART, 40)) == []
    assert list(asg_scaling_policy.close(APART, 41)) == [("CPUUtilization", 70, 30)]


def test_changes_of_direction_are_counted_by_the_policies_causes():
    steps = [(2, 3), (3, 2), (2, 3), (3, 4), (4, 3)]
    told = [launch(f"i-{n}", ago(minutes=9 - n)) | {"Cause": POLICY.format(*step)} for n, step in enumerate(steps)]
    assert activities.turns([activities.activity_of(each) for each in reversed(told)]) == 3


def test_policies_alarms_and_activities_are_joined():
    def policy(name, step):
        told = {"AutoScalingGroupName": "web", "PolicyName": name, "PolicyType": "StepScaling"}
        return told | {"StepAdjustments": [{"ScalingAdjustment": step}], "Alarms": [{"AlarmName": name}]}

    def alarm(name, at, compares):
        return {"AlarmName": name, "MetricName": "CPUUtilization", "Threshold": at, "ComparisonOperator": compares}

    watched = [alarm("out", 70, "GreaterThanThreshold"), alarm("in", 30, "LessThanThreshold")]
    given = scaling() | {
        ("autoscaling", "describe_policies"): {"ScalingPolicies": [policy("out", 1), policy("in", -1)]},
        ("cloudwatch", "describe_alarms"): {"MetricAlarms": watched},
    }
    assert gathered(asg_scaling_policy, Answers(given)) == [replace(MOVES, thresholds=APART)]


def test_a_group_of_the_sandbox_without_a_policy_is_found(account):
    client = account.client("autoscaling")
    client.create_launch_configuration(LaunchConfigurationName="c", ImageId="ami-12c6146b", InstanceType="t3.micro")
    client.create_auto_scaling_group(
        AutoScalingGroupName="web", LaunchConfigurationName="c", MinSize=0, MaxSize=3, AvailabilityZones=["eu-west-1a"]
    )
    (told,) = scaling_groups.listed(SandboxReader(account))
    facts = replace(MOVES, resource=scaling_groups.resource(told, NOW), most=told["MaxSize"], policies=())
    assert judged(asg_scaling_policy, facts).name == "web"
