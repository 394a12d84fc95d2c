"""EC2 instances as DescribeInstances tells them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from opsportal.checks import Read, Reader

from . import money, tags
from .resources import Resource

GROUP = "aws:autoscaling:groupName"
LINUX = "Linux/UNIX"


def reading(state: str) -> Read:
    return Read("ec2", "describe_instances", {"Filters": [{"Name": "instance-state-name", "Values": [state]}]})


RUNNING, STOPPED = reading("running"), reading("stopped")


@dataclass(frozen=True)
class Instance:
    """`launched`: when it was last started. `plain`: Linux without licences, on demand, on shared hardware, which is
    what list prices are known for. `reason`: why it is in its state, in AWS's words. `group`: its Auto Scaling group.
    """

    resource: Resource
    kind: str
    state: str
    launched: datetime
    plain: bool = True
    reason: str = ""
    group: str = ""
    image: str = ""


def instances(reader: Reader, read: Read) -> Iterator[Instance]:
    for page in reader.pages(read):
        for reservation in page["Reservations"]:
            for told in reservation["Instances"]:
                yield instance(told, reader.now)


def instance(told: Mapping[str, Any], now: datetime) -> Instance:
    held = tags.plain(told.get("Tags"))
    return Instance(
        resource=Resource(told["InstanceId"], now, tags.name(held), held),
        kind=told["InstanceType"],
        state=told["State"]["Name"],
        launched=told["LaunchTime"],
        plain=is_plain(told),
        reason=told.get("StateTransitionReason", ""),
        group=held.get(GROUP, ""),
        image=told.get("ImageId", ""),
    )


def is_plain(told: Mapping[str, Any]) -> bool:
    linux = told.get("PlatformDetails", LINUX) == LINUX and not told.get("Platform")
    shared = told.get("Placement", {}).get("Tenancy", "default") == "default"
    return linux and shared and not told.get("InstanceLifecycle")


def cost(of: money.PriceOf, instance: Instance) -> money.Cost:
    """Its hours, without its volumes and addresses."""
    return money.hourly(of("ec2", instance.kind)) if instance.plain else money.Cost()
