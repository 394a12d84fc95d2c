"""EC2 instances as off-hours stop and start them.

AWS docs: Amazon EC2 User Guide, Stop and start Amazon EC2 instances; Stop a Spot Instance; Amazon EC2 API Reference,
StartInstances, StopInstances, Instance; Amazon EC2 Auto Scaling User Guide, Health checks for instances.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from opsportal.contexts import Aws
from opsportal.errors import Gone
from opsportal.words import gettext as _
from tasks.cleanups import ec2
from tasks.sweeps import calls, instances, scaling_groups, tags

from .deciding import STOPPED, Facts, Subject
from .services import Service

OVER = ("shutting-down", "terminated")


def every(aws: Aws, region: str, tag: str) -> Iterator[Facts]:
    """All that are not terminated, tagged or not."""
    for page in aws.pages("ec2", "describe_instances", region=region, **calls.arguments(instances.ALL)):
        for told in (each for reservation in page["Reservations"] for each in reservation["Instances"]):
            if told["State"]["Name"] not in OVER:
                yield facts(told, region)


def one(aws: Aws, subject: Subject) -> Facts:
    """As it is now. Raises Gone."""
    answer = aws.read("ec2", "describe_instances", region=subject.region, InstanceIds=[subject.id])
    found = [each for reservation in answer["Reservations"] for each in reservation["Instances"]]
    if not found or found[0]["State"]["Name"] in OVER:
        raise Gone(_("There is no instance {instance}.").format(instance=subject.id))
    return facts(found[0], subject.region)


def facts(told: Mapping[str, Any], region: str) -> Facts:
    held = tags.plain(told.get("Tags"))
    return Facts(
        subject=Subject("ec2", region, told["InstanceId"], tags.name(held)),
        state=told["State"]["Name"],
        tags=held,
        started=told["LaunchTime"],
        bound=bound(told, held),
        reason=told.get("StateReason", {}).get("Message", ""),
    )


def bound(told: Mapping[str, Any], held: Mapping[str, str]) -> str:
    """Why it is not stopped by itself; empty: it may be."""
    if group := held.get(scaling_groups.TAG):
        text = _("the Auto Scaling group {group} would replace it: give the group scheduled actions")
        return text.format(group=group)
    if kind := told.get("InstanceLifecycle"):
        return _("it is a {kind} instance, which AWS need not let stop").format(kind=kind)
    if told.get("RootDeviceType") == "instance-store":
        return _("its root device is an instance store, and a stop would lose it")
    if told.get("Operator", {}).get("Managed"):
        return _("{who} manages it").format(who=told["Operator"].get("Principal", "AWS"))
    return ""


def start(aws: Aws, subject: Subject) -> None:
    aws.change("ec2", "start_instances", region=subject.region, InstanceIds=[subject.id])


def stop(aws: Aws, subject: Subject) -> None:
    aws.change("ec2", "stop_instances", region=subject.region, InstanceIds=[subject.id])


def tag(aws: Aws, subject: Subject, at: str) -> None:
    ec2.tag(aws, subject.region, [subject.id], {STOPPED: at})


def untag(aws: Aws, subject: Subject) -> None:
    ec2.untag(aws, subject.region, [subject.id], [STOPPED])


SERVICE = Service(
    every=every,
    one=one,
    start=start,
    stop=stop,
    tag=tag,
    untag=untag,
    seconds=5.0,
    timeout=3600.0,
)
