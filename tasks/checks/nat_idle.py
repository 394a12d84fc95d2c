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
from tasks.sweeps.metrics import Query
from tasks.sweeps.money import Cost
from tasks.sweeps.resources import Resource, found

GATEWAYS = Read("ec2", "describe_nat_gateways", {"Filter": [{"Name": "state", "Values": ["available"]}]})
MB = 1_000_000
REGIONAL = "regional"


class Limits(BaseModel):
    days: int = Field(
        14, ge=2, le=63, title=gettext_noop("Days"), description=gettext_noop("For how long it has to be idle.")
    )
    mb: float = Field(
        1,
        ge=0,
        le=1_000_000,
        title=gettext_noop("MB"),
        description=gettext_noop("At most so much went through in all this time."),
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
    for told, (outgoing, incoming) in metrics.measured(reader, gateways, queries, limits.days):
        whole = min(len(outgoing), len(incoming)) >= limits.days
        yield facts(told, reader, (sum(outgoing) + sum(incoming)) / MB if whole else None)


def queries(told: Mapping[str, Any]) -> Sequence[Query]:
    dimensions = (("NatGatewayId", told["NatGatewayId"]),)
    return [
        Query("AWS/NATGateway", metric, dimensions, "Sum")
        for metric in ("BytesOutToDestination", "BytesInFromDestination")
    ]


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
    title=gettext_noop("NAT gateways without traffic"),
    summary=gettext_noop("Gateways that are charged though nothing goes through them."),
    group="cost",
    severity="medium",
    limits=Limits,
    gather=gather,
    judge=judge,
    reads=(GATEWAYS,),
    permissions=("ec2:DescribeNatGateways", *metrics.PERMISSIONS),
    guide=__doc__ or "",
)
