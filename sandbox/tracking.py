"""The alarms of scaling policies: those that name a policy, and the pair that target tracking makes.

EC2 Auto Scaling API Reference: DescribePolicies, PutScalingPolicy; User Guide: Target tracking scaling policies.
"""

from typing import Any

from moto.autoscaling.models import autoscaling_backends

from sandbox.cloudformation.errors import Refused
from sandbox.cloudformation.records import Json
from sandbox.cloudformation.requests import Request
from sandbox.cloudwatch import alarms
from sandbox.cloudwatch.alarm_calls import put_metric_alarm

METRICS = {
    "ASGAverageCPUUtilization": ("AWS/EC2", "CPUUtilization"),
    "ASGAverageNetworkIn": ("AWS/EC2", "NetworkIn"),
    "ASGAverageNetworkOut": ("AWS/EC2", "NetworkOut"),
}
LOWER = 0.9  # of the target, under which a fleet may shrink
# name, comparison, minutes, share of the target
PAIR = (("AlarmHigh", "GreaterThanThreshold", 3, 1.0), ("AlarmLow", "LessThanThreshold", 15, LOWER))

# moto's argument: the request's member and what stands for it
ARGUMENTS: dict[str, tuple[str, Any]] = {
    "name": ("PolicyName", None),
    "policy_type": ("PolicyType", "SimpleScaling"),
    "metric_aggregation_type": ("MetricAggregationType", None),
    "adjustment_type": ("AdjustmentType", None),
    "as_name": ("AutoScalingGroupName", None),
    "min_adjustment_magnitude": ("MinAdjustmentMagnitude", None),
    "scaling_adjustment": ("ScalingAdjustment", None),
    "cooldown": ("Cooldown", None),
    "target_tracking_config": ("TargetTrackingConfiguration", {}),
    "step_adjustments": ("StepAdjustments", []),
    "estimated_instance_warmup": ("EstimatedInstanceWarmup", None),
    "predictive_scaling_configuration": ("PredictiveScalingConfiguration", {}),
}


def name_alarms(request: Request) -> None:
    """Before policies are described: each tells the alarms that start it."""
    known = request.world.seeded.alarms.get(request.place, {}).values()
    for policy in _policies(request).values():
        mine = [alarm for alarm in known if policy.arn in alarms.actions(alarm, "ALARM")]
        policy.alarms = [{"AlarmName": alarm.name, "AlarmARN": alarm.arn} for alarm in mine]


def _policies(request: Request) -> dict[str, Any]:
    found: dict[str, Any] = autoscaling_backends[request.place.account][request.place.region].policies
    return found


def put_scaling_policy(request: Request) -> Json:
    """moto's answer leaves the ARN out. Target tracking on one of the group's own metrics makes its alarms."""
    backend = autoscaling_backends[request.place.account][request.place.region]
    if request.given["AutoScalingGroupName"] not in backend.autoscaling_groups:
        text = f"Group {request.given['AutoScalingGroupName']} not found"
        raise Refused("ValidationError", text)
    asked = {argument: request.get(member, default) for argument, (member, default) in ARGUMENTS.items()}
    policy: Any = backend.put_scaling_policy(**asked)
    _make_alarms(request, policy.arn)
    name_alarms(request)
    return {"PolicyARN": policy.arn, "Alarms": policy.alarms}


def _make_alarms(request: Request, arn: str) -> None:
    tracking = request.get("TargetTrackingConfiguration", {})
    kind = tracking.get("PredefinedMetricSpecification", {}).get("PredefinedMetricType")
    for title, comparison, minutes, share in PAIR if kind in METRICS else ():
        rule = {"ComparisonOperator": comparison, "EvaluationPeriods": minutes, "Period": 60, "Statistic": "Average"}
        threshold = tracking["TargetValue"] * share
        given = _settings(request, title, METRICS[kind]) | rule | {"Threshold": threshold, "AlarmActions": [arn]}
        put_metric_alarm(Request(request.world, request.place, given, request.now))


def _settings(request: Request, title: str, metric: tuple[str, str]) -> Json:
    group, policy = request.given["AutoScalingGroupName"], request.given["PolicyName"]
    return {
        "AlarmName": f"TargetTracking-{group}-{title}-{policy}",
        "Namespace": metric[0],
        "MetricName": metric[1],
        "Dimensions": [{"Name": "AutoScalingGroupName", "Value": group}],
    }
