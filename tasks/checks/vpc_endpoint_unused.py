"""Finds interface endpoints through which nothing goes: they are charged by the hour and zone all the same.

An endpoint reports its bytes only while there is traffic, so no figure at all means none. Endpoints that another AWS
service made and manages are left alone. Gateway endpoints are free.

AWS docs: AWS PrivateLink Guide, CloudWatch metrics for AWS PrivateLink; AWS PrivateLink pricing.
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

INTERFACE = "Interface"
ENDPOINTS = Read("ec2", "describe_vpc_endpoints", {"Filters": [{"Name": "vpc-endpoint-type", "Values": [INTERFACE]}]})
MB = 1_000_000


class Limits(BaseModel):
    days: int = Field(
        30, ge=2, le=63, title=gettext_noop("Days"), description=gettext_noop("For how long it has to be unused.")
    )
    mb: float = Field(
        0,
        ge=0,
        le=1_000_000,
        title=gettext_noop("MB"),
        description=gettext_noop("At most so much went through in all this time."),
    )


@dataclass(frozen=True)
class Facts:
    """`mb`: what went through in the days. `zones`: in how many it is charged. `managed`: by another AWS service."""

    resource: Resource
    kind: str
    state: str
    service: str
    zones: int
    made: datetime
    cost: Cost
    mb: float
    managed: bool = False


def gather(reader: Reader, limits: Limits) -> Iterator[Facts]:
    endpoints = (told for page in reader.pages(ENDPOINTS) for told in page["VpcEndpoints"])
    for told, (sent,) in metrics.measured(reader, endpoints, queries, limits.days):
        yield facts(told, reader, sum(sent) / MB)


def queries(told: Mapping[str, Any]) -> Sequence[Query]:
    dimensions = (
        ("Endpoint Type", told["VpcEndpointType"]),
        ("Service Name", told["ServiceName"]),
        ("VPC Endpoint Id", told["VpcEndpointId"]),
        ("VPC Id", told["VpcId"]),
    )
    return [Query("AWS/PrivateLinkEndpoints", "BytesProcessed", dimensions, "Sum")]


def facts(told: Mapping[str, Any], reader: Reader, mb: float) -> Facts:
    held, zones = tags.plain(told.get("Tags")), len(told.get("SubnetIds", ()))
    return Facts(
        resource=Resource(told["VpcEndpointId"], reader.now, tags.name(held), held),
        kind=told["VpcEndpointType"],
        state=told["State"],
        service=told["ServiceName"],
        zones=zones,
        made=told["CreationTimestamp"],
        cost=money.hourly(reader.price("vpc", "interface-endpoint.per-az"), zones),
        mb=mb,
        managed=bool(told.get("RequesterManaged")),
    )


def judge(facts: Facts, limits: Limits) -> Found | None:
    if facts.kind != INTERFACE or facts.state != "available" or facts.managed:
        return None
    if facts.resource.days(facts.made) < limits.days or facts.mb > limits.mb:
        return None
    told = _("{mb} MB went through it in {days} days. {service} in {zones} zones.")
    if not facts.mb:
        told = _("Nothing went through it in {days} days. {service} in {zones} zones.")
    return found(
        facts.resource,
        detail=told.format(mb=f"{facts.mb:.1f}", days=limits.days, service=facts.service, zones=facts.zones),
        advice=_("Delete it; names of the service then lead to its public addresses again."),
        cost=facts.cost,
        service=facts.service,
        zones=facts.zones,
        mb=round(facts.mb, 3),
        days=limits.days,
    )


CHECK = Check(
    name="vpc-endpoint-unused",
    title=gettext_noop("Interface endpoints without traffic"),
    summary=gettext_noop("Endpoints that are charged though nothing goes through them."),
    group="cost",
    severity="low",
    limits=Limits,
    gather=gather,
    judge=judge,
    reads=(ENDPOINTS,),
    permissions=("ec2:DescribeVpcEndpoints", *metrics.PERMISSIONS),
    guide=__doc__ or "",
)
