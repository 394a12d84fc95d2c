"""EC2 instances as DescribeInstances tells them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from opsportal.checks import Read, Reader

from . import money, scaling_groups, tags
from .filters import filters
from .resources import Resource

LINUX = "Linux/UNIX"


def reading(*states: str, **wanted: list[str]) -> Read:
    """DescribeInstances narrowed to these states and by filters, `instance_type=["t3.micro"]` and the like."""
    wanted |= {"instance_state_name": list(states)} if states else {}
    return Read("ec2", "describe_instances", {"Filters": filters(**wanted)} if wanted else {})


ALL, RUNNING, STOPPED = reading(), reading("running"), reading("stopped")


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


def listed(reader: Reader, read: Read) -> Iterator[dict[str, Any]]:
    """As EC2 describes them."""
    for page in reader.pages(read):
        for reservation in page["Reservations"]:
            yield from reservation["Instances"]


def instances(reader: Reader, read: Read) -> Iterator[Instance]:
    return (instance(told, reader.now) for told in listed(reader, read))


def instance(told: Mapping[str, Any], now: datetime) -> Instance:
    held = tags.plain(told.get("Tags"))
    return Instance(
        resource=Resource(told["InstanceId"], now, tags.name(held), held),
        kind=told["InstanceType"],
        state=told["State"]["Name"],
        launched=told["LaunchTime"],
        plain=is_plain(told),
        reason=told.get("StateTransitionReason", ""),
        group=held.get(scaling_groups.TAG, ""),
    )


def is_linux(told: Mapping[str, Any]) -> bool:
    """Whether it runs Linux without a licence, which list prices are known for."""
    return told.get("PlatformDetails", LINUX) == LINUX and not told.get("Platform")


def is_plain(told: Mapping[str, Any]) -> bool:
    shared = told.get("Placement", {}).get("Tenancy", "default") == "default"
    return is_linux(told) and shared and not told.get("InstanceLifecycle")


def cost(of: money.PriceOf, instance: Instance) -> money.Cost:
    """Its hours, without its volumes and addresses."""
    return money.hourly(of("ec2", instance.kind)) if instance.plain else money.Cost()
