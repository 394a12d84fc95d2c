"""Activities of Auto Scaling groups: seeded ones, and those that the group's instances show.

EC2 Auto Scaling API Reference: DescribeScalingActivities, Activity; User Guide: Health checks for instances in an
Auto Scaling group; Verify a scaling activity for an Auto Scaling group.
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Literal
from uuid import NAMESPACE_URL, uuid5

from moto.autoscaling.models import autoscaling_backends
from pydantic import BaseModel, ConfigDict

from sandbox import tracking
from sandbox.cloudformation.errors import Refused
from sandbox.cloudformation.records import Json, Place
from sandbox.cloudformation.requests import Request
from sandbox.paging import page
from sandbox.seeded import Activity
from sandbox.seeds import form

HOUR = 3600
MOST = 100
OUT = "an instance was taken out of service in response to"
CAUSES = {
    "elb": f"{OUT} an ELB system health check failure.",
    "ec2": f"{OUT} an EC2 health check indicating it has been terminated or stopped.",
    "status": f"{OUT} an EC2 instance status checks failure.",
    "user": f"{OUT} a user health-check.",
    "replacement": "an instance was launched in response to an unhealthy instance needing to be replaced.",
}
VERBS = {"launch": "Launching a new EC2 instance", "terminate": "Terminating EC2 instance"}
Verb = Literal["launch", "terminate"]


class ActivitySeed(BaseModel):
    """`cause`: elb, ec2, status, user or replacement for AWS's sentence with the time, or a sentence of its own."""

    model_config = ConfigDict(extra="forbid")
    group: str
    verb: Verb
    instance: str
    hours: float
    seconds: float = 60
    cause: str
    status: str = "Successful"
    message: str = ""
    zone: str = "eu-west-1a"
    subnet: str = ""


class ActivitiesSeed(BaseModel):
    model_config = ConfigDict(extra="forbid")
    activities: list[ActivitySeed]


def plant(request: Request) -> Json:
    """POST /_sandbox/activities."""
    given = form(ActivitiesSeed, request)
    for seed in given.activities:
        at = request.now - seed.hours * HOUR
        cause = f"At {written(at)} {CAUSES[seed.cause]}" if seed.cause in CAUSES else seed.cause
        told = (cause, seed.status, seed.message, seed.zone, seed.subnet)
        _kept(request).append(Activity(seed.group, seed.verb, seed.instance, at, at + seed.seconds, *told))
    return {"made": len(given.activities)}


def _kept(request: Request) -> list[Activity]:
    return request.world.seeded.activities.setdefault(request.place, [])


def written(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def describe_scaling_activities(request: Request) -> Json:
    """The newest first; those of a group that is gone only when they are asked for."""
    most = int(request.get("MaxRecords", MOST))
    if most > MOST:
        text = f"1 validation error detected: Value '{most}' at 'maxRecords' failed to satisfy constraint: "
        raise _invalid(f"{text}Member must have value less than or equal to {MOST}")
    groups = autoscaling_backends[request.place.account][request.place.region].autoscaling_groups
    _notice(request, groups)
    gone, wanted, ids = (
        request.get("IncludeDeletedGroups"),
        request.get("AutoScalingGroupName"),
        request.get("ActivityIds"),
    )
    found = [
        one
        for one in sorted(_kept(request), key=lambda one: -one.started)
        if wanted in (None, one.group) and (ids is None or one.id in ids) and (gone or one.group in groups)
    ]
    described = [_described(request.place, one, one.group in groups, request.now) for one in found]
    return page(described, "Activities", most, request.get("NextToken"), lambda text: Refused("InvalidNextToken", text))


def _invalid(text: str) -> Refused:
    return Refused("ValidationError", text)


def _notice(request: Request, groups: dict[str, Any]) -> None:
    """What calls did to the groups since the last look becomes activities."""
    members = request.world.seeded.members.setdefault(request.place, {})
    for name, group in groups.items():
        present = {state.instance.id: state.instance for state in group.instance_states}
        known = members.get(name, [])
        fresh = [instance for ident, instance in present.items() if ident not in known]
        lost = [ident for ident in known if ident not in present]
        _kept(request).extend(_launched(name, fresh, len(known) - len(lost)))
        _kept(request).extend(_terminated(name, lost, len(known), request.now))
        members[name] = list(present)


def _launched(group: str, instances: list[Any], before: int) -> list[Activity]:
    after, found = before + len(instances), []
    for instance in instances:
        at = instance.launch_time.replace(tzinfo=UTC).timestamp()
        user = f"At {written(at)} a user request changed the desired capacity from {before} to {after}.  "
        why = "an instance was started in response to a difference between desired and actual capacity, increasing"
        cause = f"{user}At {written(at)} {why} the capacity from {before} to {after}."
        zone, subnet = str(instance.placement.zone), str(instance.subnet_id or "")
        found.append(Activity(group, "launch", instance.id, at, at, cause, zone=zone, subnet=subnet))
    return found


def _terminated(group: str, instances: list[str], before: int, at: float) -> list[Activity]:
    after = before - len(instances)
    shrink = f"shrinking the capacity from {before} to {after}"
    cause = f"At {written(at)} {OUT} a difference between desired and actual capacity, {shrink}."
    return [Activity(group, "terminate", instance, at, at, cause) for instance in instances]


def _described(place: Place, one: Activity, exists: bool, now: float) -> Json:
    over = one.ended <= now
    details = {"Subnet ID": one.subnet, "Availability Zone": one.zone}
    arn = f"arn:aws:autoscaling:{place.region}:{place.account}:autoScalingGroup"
    group = uuid5(NAMESPACE_URL, f"{place.account}/{place.region}/{one.group}")
    found = {
        "ActivityId": one.id,
        "AutoScalingGroupName": one.group,
        "Description": f"{VERBS[one.verb]}: {one.instance}",
        "Cause": one.cause,
        "StartTime": one.started,
        "StatusCode": one.status if over else "InProgress",
        "Progress": 100 if over else 50,
        "Details": json.dumps({name: value for name, value in details.items() if value}),
        "AutoScalingGroupARN": f"{arn}:{group}:autoScalingGroupName/{one.group}",
    }
    found |= {"EndTime": one.ended} if over else {}
    found |= {"StatusMessage": one.message} if one.message else {}
    return found if exists else found | {"AutoScalingGroupState": "Deleted"}


ACTIONS: dict[str, Callable[[Request], Json]] = {
    "DescribeScalingActivities": describe_scaling_activities,
    "PutScalingPolicy": tracking.put_scaling_policy,
}
