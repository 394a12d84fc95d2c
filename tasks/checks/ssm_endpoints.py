"""Private subnets whose instances Systems Manager can't reach: neither a NAT gateway nor the endpoints it needs.

Without a way out an instance needs interface endpoints with private DNS for ssm, ssmmessages, ec2messages and sts in
its VPC, and their security groups have to let its subnet in on port 443. Only subnets in which instances run are
judged. A default route into a transit gateway or an appliance may lead out: that is said not to be known.

AWS docs: Improve the security of EC2 instances by using VPC endpoints for Systems Manager; Access an AWS service using
an interface VPC endpoint; Configure route tables.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from pydantic import BaseModel, Field

from opsportal.checks import Check, Found, Reader, Severity
from opsportal.words import gettext as _
from opsportal.words import gettext_noop, ngettext
from tasks.sweeps import instances, resources, security_groups, subnets
from tasks.sweeps.resources import Resource
from tasks.sweeps.subnets import Subnet


class Limits(BaseModel):
    services: list[str] = Field(
        ["ssm", "ssmmessages", "ec2messages", "sts"],
        min_length=1,
        max_length=20,
        title=gettext_noop("Endpoints"),
        description=gettext_noop("The services that need an endpoint where there is no NAT gateway."),
    )
    empty: bool = Field(
        False,
        title=gettext_noop("Subnets without instances"),
        description=gettext_noop("Whether subnets in which no instance runs are judged too."),
    )


@dataclass(frozen=True)
class Facts:
    """`endpoints`: by service, whether one lets the subnet in; None: not known; a service without one is left out.

    `instances`: how many run here without a public address.
    """

    subnet: Subnet
    at: datetime
    instances: int
    endpoints: Mapping[str, bool | None]


def gather(reader: Reader, limits: Limits) -> Iterator[Facts]:
    found, rules = subnets.endpoints(reader), security_groups.listed(reader)
    private = Counter(
        instance.get("SubnetId", "")
        for instance in instances.listed(reader, instances.RUNNING)
        if instance["State"]["Name"] == "running" and not instance.get("PublicIpAddress")
    )
    for subnet in subnets.subnets(reader).values():
        here = found.get(subnet.vpc, {})
        reached = {
            service: best([subnets.reached(each, subnet.cidr, rules) for each in each_of])
            for service, each_of in here.items()
        }
        yield Facts(subnet, reader.now, private[subnet.id], reached)


def best(reached: list[bool | None]) -> bool | None:
    return True if True in reached else None if None in reached else False


def judge(facts: Facts, limits: Limits) -> Found | None:
    way = facts.subnet.way
    if way in ("nat", "internet") or not (facts.instances or limits.empty):
        return None  # behind an internet gateway it is a question of addresses, not of endpoints
    lacking = [service for service in limits.services if service not in facts.endpoints]
    shut = [service for service in limits.services if facts.endpoints.get(service) is False]
    unsure = [service for service in limits.services if facts.endpoints.get(service, True) is None]
    if not lacking and not shut:
        return found(facts, doubt(unsure), "low") if unsure else None
    if way == "other":
        text = _("Its default route leads to another network. Whether that leads out is not known. {without}")
        return found(facts, text.format(without=wrong(lacking, shut)), "low")
    text = ngettext(
        "{n} instance has neither a NAT gateway nor the endpoints of Systems Manager. {without}",
        "{n} instances have neither a NAT gateway nor the endpoints of Systems Manager. {without}",
        facts.instances,
    )
    return found(facts, text.format(n=facts.instances, without=wrong(lacking, shut)), None)


def wrong(lacking: list[str], shut: list[str]) -> str:
    parts = []
    if lacking:
        parts.append(_("Missing: {services}.").format(services=", ".join(lacking)))
    if shut:
        parts.append(_("Closed on port 443: {services}.").format(services=", ".join(shut)))
    return " ".join(parts)


def doubt(services: list[str]) -> str:
    text = _("Whether its instances reach {services} is not known: the endpoints let in single security groups only.")
    return text.format(services=", ".join(services))


def found(facts: Facts, detail: str, severity: Severity | None) -> Found:
    text = _(
        "Add interface endpoints with private DNS to {vpc} and let {cidr} in on port 443, or route to a NAT gateway."
    )
    subnet = facts.subnet
    return resources.found(
        Resource(subnet.id, facts.at, subnet.name),
        detail=detail,
        advice=text.format(vpc=subnet.vpc, cidr=subnet.cidr),
        severity=severity,
        vpc=subnet.vpc,
        cidr=subnet.cidr,
        default_route=subnet.way,
        instances=facts.instances,
        endpoints=dict(facts.endpoints),
    )


CHECK = Check(
    name="ssm-endpoints",
    title=gettext_noop("Systems Manager can't reach a subnet"),
    summary=gettext_noop("A private subnet has neither a NAT gateway nor the endpoints that Systems Manager needs."),
    group="reliability",
    severity="high",
    limits=Limits,
    gather=gather,
    judge=judge,
    reads=(*subnets.READS, subnets.ENDPOINTS, security_groups.GROUPS, instances.RUNNING),
    permissions=(
        "ec2:DescribeInstances",
        *subnets.PERMISSIONS,
        "ec2:DescribeSecurityGroups",
        "ec2:DescribeVpcEndpoints",
    ),
    guide=__doc__ or "",
)
