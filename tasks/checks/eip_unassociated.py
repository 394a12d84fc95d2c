"""Finds Elastic IP addresses that nothing uses, or only an instance that is stopped.

AWS charges for every public IPv4 address, in use or not. Addresses of one's own pool (BYOIP) are free, and those that
an AWS service manages go with it: neither is found. AWS does not say since when an address is unused.

AWS docs: Amazon VPC User Guide, Elastic IP addresses; Amazon VPC pricing, Public IPv4 addresses.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from opsportal.checks import Check, Found, Read, Reader
from opsportal.words import gettext as _
from opsportal.words import gettext_noop
from tasks.sweeps import instances, money, tags
from tasks.sweeps.money import Cost
from tasks.sweeps.resources import Resource, found

ADDRESSES = Read("ec2", "describe_addresses")
AMAZON = "amazon"  # the pool of addresses that AWS lends


class Limits(BaseModel):
    stopped: bool = Field(
        True,
        title=gettext_noop("Those of stopped instances"),
        description=gettext_noop("Whether addresses of stopped instances are found too."),
    )


@dataclass(frozen=True)
class Facts:
    """`instance`: what it belongs to, empty for nothing or another kind; `stopped`: that one is stopped."""

    resource: Resource
    cost: Cost
    associated: bool
    instance: str = ""
    stopped: bool = False
    pool: str = AMAZON
    managed: bool = False


def gather(reader: Reader, limits: Limits) -> Iterator[Facts]:
    stopped = {each.resource.id for each in instances.instances(reader, instances.STOPPED) if each.state == "stopped"}
    cost = money.address(reader.price)
    for told in reader.read(ADDRESSES)["Addresses"]:
        yield facts(told, reader.now, cost, stopped)


def facts(told: Mapping[str, Any], now: datetime, cost: Cost, stopped: set[str]) -> Facts:
    held, instance = tags.plain(told.get("Tags")), told.get("InstanceId", "")
    return Facts(
        resource=Resource(told.get("AllocationId") or told["PublicIp"], now, tags.name(held) or told["PublicIp"], held),
        cost=cost,
        associated=bool(told.get("AssociationId") or instance or told.get("NetworkInterfaceId")),
        instance=instance,
        stopped=instance in stopped,
        pool=told.get("PublicIpv4Pool", AMAZON),
        managed=bool(told.get("ServiceManaged")),
    )


def judge(facts: Facts, limits: Limits) -> Found | None:
    if facts.managed or facts.pool != AMAZON or (facts.associated and not (facts.stopped and limits.stopped)):
        return None
    detail, advice = (
        _("It belongs to nothing and is charged by the hour."),
        _("Release it, unless a DNS record or an allow list names it."),
    )
    if facts.associated:
        detail = _("It belongs to {instance}, which is stopped, and is charged by the hour.").format(
            instance=facts.instance
        )
        advice = _("Release it, or start or terminate the instance.")
    return found(facts.resource, detail=detail, advice=advice, cost=facts.cost, instance=facts.instance)


CHECK = Check(
    name="eip-unassociated",
    title=gettext_noop("Unused Elastic IP address"),
    summary=gettext_noop("An address belongs to nothing, or to a stopped instance."),
    group="cost",
    severity="low",
    limits=Limits,
    gather=gather,
    judge=judge,
    reads=(ADDRESSES, instances.STOPPED),
    permissions=("ec2:DescribeAddresses", "ec2:DescribeInstances"),
    guide=__doc__ or "",
    cleanup="address",
)
