"""Finds NAT gateways through which no data goes: they are charged by the hour all the same.

Counted are the bytes out to destinations and in from them. A gateway without figures for the whole time is not
judged. A regional one (in several zones at once) is charged by the zone, for which no price is known here.

AWS docs: Amazon VPC User Guide, Monitor NAT gateways using Amazon CloudWatch; Amazon VPC pricing.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from opsportal.checks import Check, Found, Read, Reader
from opsportal.words import gettext as _
from opsportal.words import gettext_noop
from tasks.sweeps import metrics, money, tags
from tasks.sweeps.filters import filters
from tasks.sweeps.metrics import DAY, Metric, complete, midnight
from tasks.sweeps.money import Cost
from tasks.sweeps.resources import MB, Resource, found

GATEWAYS = Read("ec2", "describe_nat_gateways", {"Filter": filters(state=["available"])})
REGIONAL = "regional"


class Limits(BaseModel):
    days: int = Field(
        14,
        ge=2,
        le=63,
        title=gettext_noop("Days"),
        description=gettext_noop("A gateway is found when it was idle for this long."),
    )
    mb: float = Field(
        1,
        ge=0,
        le=1_000_000,
        title=gettext_noop("MB"),
        description=gettext_noop("At most this much went through it in all that time."),
    )


@dataclass(frozen=True)
class Facts:
    """`mb`: in all the days; None: not measured for the whole time."""

    resource: Resource
    cost: Cost
    state: str
    made: datetime
    mb: float | None


def gather(reader: Reader, limits: Limits) -> Iterator[Facts]:
    gateways = (told for page in reader.pages(GATEWAYS) for told in page["NatGateways"])
    wanted = ((told, traffic(told)) for told in gateways)
    for told, series in complete(reader, wanted, midnight(reader.now, limits.days)):
        known = all(each.covers(limits.days) for each in series)
        yield facts(told, reader, sum(sum(each.values) for each in series) / MB if known else None)


def traffic(told: Mapping[str, Any]) -> Sequence[Metric]:
    place = {"NatGatewayId": told["NatGatewayId"]}
    names = ("BytesOutToDestination", "BytesInFromDestination")
    return [Metric("AWS/NATGateway", name, place, "Sum", DAY) for name in names]


def facts(told: Mapping[str, Any], reader: Reader, mb: float | None) -> Facts:
    held = tags.plain(told.get("Tags"))
    return Facts(
        Resource(told["NatGatewayId"], reader.now, tags.name(held), held),
        cost(told, reader),
        told["State"],
        told["CreateTime"],
        mb,
    )


def cost(told: Mapping[str, Any], reader: Reader) -> Cost:
    """Its hours and those of its public addresses."""
    if told.get("AvailabilityMode") == REGIONAL:
        return Cost()
    public = sum(bool(each.get("PublicIp")) for each in told.get("NatGatewayAddresses", ()))
    return money.total([money.hourly(reader.price("vpc", "nat-gateway.hour")), money.address(reader.price, public)])


def judge(facts: Facts, limits: Limits) -> Found | None:
    if facts.state != "available" or facts.resource.days(facts.made) < limits.days:
        return None
    if facts.mb is None or facts.mb > limits.mb:
        return None
    told = _("{mb} MB went through it in {days} days.") if facts.mb else _("Nothing went through it in {days} days.")
    return found(
        facts.resource,
        detail=told.format(mb=f"{facts.mb:.1f}", days=limits.days),
        advice=_("Take it out of the route tables, delete it, and release its address."),
        cost=facts.cost,
        mb=round(facts.mb, 3),
        days=limits.days,
        made=facts.made.isoformat(),
    )


CHECK = Check(
    name="nat-idle",
    title=gettext_noop("Idle NAT gateway"),
    summary=gettext_noop("A NAT gateway is charged though no data goes through it."),
    group="cost",
    severity="medium",
    limits=Limits,
    gather=gather,
    judge=judge,
    reads=(GATEWAYS,),
    permissions=("ec2:DescribeNatGateways", *metrics.PERMISSIONS),
    guide=__doc__ or "",
)
