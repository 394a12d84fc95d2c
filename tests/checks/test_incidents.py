"""Incidents as they happened to others, seeded into the sandbox and found by their checks."""

import pytest

from tasks.checks import (
    alarm_firing,
    api_throttling,
    asg_scaling_policy,
    burst_too_small,
    credits_run_out,
    health_check_mismatch,
    replacement_loop,
    service_unhealthy,
    stack_drift,
    throttle_recycle,
    waf_blocks_path,
)
from tests.checks.reading import SandboxReader, found, gathered, judged, price
from tests.sandbox.account import topic, until

SURPLUS = "t3.unlimited-surplus.linux"
IMAGE = "ami-12c6146b"


def seed(account, subject, **given):
    account.sandbox.seed(subject, account.id, **given)


def instance(account, mode="standard"):
    credits = {"CreditSpecification": {"CpuCredits": mode}}
    asked = {"ImageId": IMAGE, "InstanceType": "t3.micro", "MinCount": 1, "MaxCount": 1}
    return account.client("ec2").run_instances(**asked, **credits)["Instances"][0]["InstanceId"]


def burstable(account, mode, load, **given):
    made = instance(account, mode)
    seed(account, "burstable", ids=[made], type="t3.micro", load=load, unlimited=mode == "unlimited", **given)
    return made


def group(account, size=1, most=4):
    data = {"ImageId": IMAGE, "InstanceType": "t3.micro"}
    account.client("ec2").create_launch_template(LaunchTemplateName="web", LaunchTemplateData=data)
    sizes = {"MinSize": 0, "MaxSize": most, "DesiredCapacity": size, "AvailabilityZones": ["eu-west-1a"]}
    launches = {"LaunchTemplateName": "web", "Version": "$Latest"}
    checks = {"HealthCheckType": "ELB", "HealthCheckGracePeriod": 60}
    scaling = account.client("autoscaling")
    scaling.create_auto_scaling_group(AutoScalingGroupName="web", LaunchTemplate=launches, **sizes, **checks)


def balancer(account):
    """A load balancer, and a target group behind it with one instance."""
    ec2, elb = account.client("ec2"), account.client("elbv2")
    subnets = [each["SubnetId"] for each in ec2.describe_subnets()["Subnets"]][:2]
    made = elb.create_load_balancer(Name="shop", Subnets=subnets)["LoadBalancers"][0]
    vpc = {"Protocol": "HTTP", "Port": 80, "VpcId": made["VpcId"], "HealthCheckPath": "/health"}
    targets = elb.create_target_group(Name="web", **vpc)["TargetGroups"][0]["TargetGroupArn"]
    forward = [{"Type": "forward", "TargetGroupArn": targets}]
    elb.create_listener(LoadBalancerArn=made["LoadBalancerArn"], Protocol="HTTP", Port=80, DefaultActions=forward)
    elb.register_targets(TargetGroupArn=targets, Targets=[{"Id": instance(account), "Port": 80}])
    return made, targets


def test_an_instance_at_99_percent_runs_out_of_credits(account):
    made = burstable(account, "standard", [[1, 99]], balance=300)
    told = found(credits_run_out, SandboxReader(account), young_minutes=0)[made]
    assert told.detail.startswith("CPU credits run out in about")
    assert 0 < told.evidence["hours_to_zero"] < 4


def test_a_throttled_instance_is_critical(account):
    made = burstable(account, "standard", [[6, 99]], balance=50)
    assert found(credits_run_out, SandboxReader(account), young_minutes=0)[made].severity == "critical"


def test_an_unlimited_instance_is_told_in_dollars(account):
    made = burstable(account, "unlimited", [[48, 60]])
    told = found(credits_run_out, SandboxReader(account, [price(0.05, item=SURPLUS)]), young_minutes=0)[made]
    assert told.usd == pytest.approx(36.5, rel=0.05)  # a vCPU-hour an hour above the baseline


def test_a_type_too_small_for_its_week_is_found(account):
    made = burstable(account, "unlimited", [[170, 60]])
    prices = [price(0.05, item=SURPLUS), price(0.08, item="t3.large")]
    told = found(burst_too_small, SandboxReader(account, prices))[made]
    assert (told.evidence["mean"], told.usd) == (pytest.approx(60, abs=1), pytest.approx(36.5, rel=0.05))


def test_throttled_instances_that_are_replaced_by_throttled_ones(account):
    group(account)
    ended = [("i-a1", 1), ("i-a2", 2)]
    seed(account, "burstable", ids=[each for each, _ in ended], type="t3.micro", load=[[9, 99]], balance=0)
    rows = [{"group": "web", "verb": "terminate", "instance": i, "hours": h, "cause": "elb"} for i, h in ended]
    seed(account, "activities", activities=rows)
    (told,) = found(throttle_recycle, SandboxReader(account)).values()
    assert "ended 2 instances without CPU credits" in told.detail


def test_instances_that_never_live_long_are_a_loop(account):
    group(account)
    rows = []
    for n, began in enumerate((0.9, 0.6, 0.3)):
        rows.append({"group": "web", "verb": "launch", "instance": f"i-b{n}", "hours": began, "cause": "replacement"})
        rows.append({"group": "web", "verb": "terminate", "instance": f"i-b{n}", "hours": began - 0.1, "cause": "elb"})
    seed(account, "activities", activities=rows)
    (told,) = found(replacement_loop, SandboxReader(account)).values()
    assert told.detail.startswith("3 instances were launched and ended by health checks within an hour.")


def test_a_group_at_its_maximum_without_a_policy_is_found(account):
    group(account, size=2, most=2)
    (told,) = found(asg_scaling_policy, SandboxReader(account)).values()
    assert "No scaling policy" in told.detail
    assert "at its maximum of 2" in told.detail


def test_targets_that_answer_404_are_a_mismatch_and_unhealthy(account):
    _, targets = balancer(account)
    ids = [
        each["Target"]["Id"]
        for each in account.client("elbv2").describe_target_health(TargetGroupArn=targets)["TargetHealthDescriptions"]
    ]
    seed(account, "health", target_group=targets, targets=ids, reason="Target.ResponseCodeMismatch", codes="404")
    assert "They answer 404" in found(health_check_mismatch, SandboxReader(account))[targets].detail
    assert found(service_unhealthy, SandboxReader(account))[targets].severity == "critical"


def test_a_web_acl_that_blocks_admin_is_found_before_anybody_sees_403(account):
    made, _ = balancer(account)
    waf, seen = account.client("wafv2"), {"SampledRequestsEnabled": True, "CloudWatchMetricsEnabled": True}
    statement = {"VendorName": "AWS", "Name": "AWSManagedRulesAdminProtectionRuleSet"}
    rule = {"Name": "admin", "Priority": 1, "Statement": {"ManagedRuleGroupStatement": statement}}
    rule |= {"OverrideAction": {"None": {}}, "VisibilityConfig": seen | {"MetricName": "admin"}}
    acl = {"Name": "front", "Scope": "REGIONAL", "DefaultAction": {"Allow": {}}}
    told = waf.create_web_acl(**acl, Rules=[rule], VisibilityConfig=seen | {"MetricName": "front"})["Summary"]
    waf.associate_web_acl(WebACLArn=told["ARN"], ResourceArn=made["LoadBalancerArn"])
    reader = SandboxReader(account, probes=(f"https://{made['DNSName']}/admin",))
    (facts,) = gathered(waf_blocks_path, reader)
    assert "AdminProtection_URIPATH" in judged(waf_blocks_path, facts).detail


def test_a_change_by_hand_is_found_once_drift_was_detected(account):
    account.create(topic(DisplayName="ops"))
    change = {"path": "/DisplayName", "actual": "changed", "expected": "ops"}
    seed(account, "drift", stack="app", resource="Topic", differences=[change])
    looked = {
        "StackDriftDetectionId": account.cloudformation.detect_stack_drift(StackName="app")["StackDriftDetectionId"]
    }
    until(
        lambda: account.cloudformation.describe_stack_drift_detection_status(**looked)["DetectionStatus"],
        lambda seen: seen == "DETECTION_COMPLETE",
    )
    (told,) = found(stack_drift, SandboxReader(account)).values()
    assert told.detail.startswith("Topic differs from the template")


def test_an_alarm_that_tells_nobody_is_severe(account):
    metric = {"Namespace": "AWS/EC2", "MetricName": "CPUUtilization", "Statistic": "Average", "Period": 60}
    settings = {"AlarmName": "cpu", "Threshold": 80, "ComparisonOperator": "GreaterThanThreshold"}
    past = [{"hours": 2, "state": "ALARM", "reason": "Threshold Crossed"}]
    seed(account, "alarms", alarms=[{"settings": settings | metric | {"EvaluationPeriods": 1}, "past": past}])
    (told,) = found(alarm_firing, SandboxReader(account)).values()
    assert (told.severity, "tells nobody" in told.detail) == ("high", True)


def test_a_throttled_function_is_found(account):
    place = {"FunctionName": "resize"}
    for name, value in (("Throttles", 5), ("Invocations", 95)):
        row = {"namespace": "AWS/Lambda", "name": name, "dimensions": place, "value": value, "hours": 6}
        seed(account, "metrics", metrics=[row])
    told = found(api_throttling, SandboxReader(account), services=["ec2"])
    assert [each.name for each in told.values()] == ["resize"]
