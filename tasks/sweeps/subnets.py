"""Subnets: where their default route leads, and which interface endpoints they reach.

AWS docs: Configure route tables (a subnet without a table of its own uses its VPC's main one); NAT gateways; Access an
AWS service using an interface VPC endpoint.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from opsportal.checks import Read, Reader

from . import security_groups, tags

SUBNETS = Read("ec2", "describe_subnets")
ROUTES = Read("ec2", "describe_route_tables")
NATS = Read("ec2", "describe_nat_gateways")
ENDPOINTS = Read("ec2", "describe_vpc_endpoints")
EVERYWHERE = ("0.0.0.0/0", "::/0")
READS = (SUBNETS, ROUTES, NATS)
PERMISSIONS = ("ec2:DescribeNatGateways", "ec2:DescribeRouteTables", "ec2:DescribeSubnets")

Way = Literal["internet", "nat", "other", "broken", "none"]


@dataclass(frozen=True)
class Subnet:
    """`way`: where its default route leads; "other": into a transit gateway, an appliance or another network, from
    where nobody here can tell; "broken": to what is not there any more. `public`: instances get public addresses."""

    id: str
    name: str
    vpc: str
    cidr: str
    way: Way
    public: bool = False

    @property
    def out(self) -> bool | None:
        """Whether an instance without a public address gets out; None: not known."""
        if self.way == "other":
            return None
        return self.way == "nat" or (self.way == "internet" and self.public)


def cidrs(reader: Reader) -> dict[str, str]:
    """The IPv4 range of each subnet by its id."""
    return {each["SubnetId"]: each["CidrBlock"] for page in reader.pages(SUBNETS) for each in page["Subnets"]}


def subnets(reader: Reader) -> dict[str, Subnet]:
    """All subnets by id."""
    own, main = tables(reader)
    nats = {each["NatGatewayId"]: each["State"] for page in reader.pages(NATS) for each in page["NatGateways"]}
    found = {}
    for page in reader.pages(SUBNETS):
        for told in page["Subnets"]:
            table = own.get(told["SubnetId"]) or main.get(told["VpcId"], {})
            found[told["SubnetId"]] = subnet(told, way(table.get("Routes", ()), nats))
    return found


def subnet(told: Mapping[str, Any], way: Way) -> Subnet:
    name = tags.name(tags.plain(told.get("Tags")))
    public = told.get("MapPublicIpOnLaunch", False)
    return Subnet(told["SubnetId"], name, told["VpcId"], told["CidrBlock"], way, public)


def tables(reader: Reader) -> tuple[dict[str, dict[str, Any]], dict[str, dict[str, Any]]]:
    """Route tables by the subnets they are associated with, and the main ones by VPC."""
    own: dict[str, dict[str, Any]] = {}
    main: dict[str, dict[str, Any]] = {}
    for page in reader.pages(ROUTES):
        for table in page["RouteTables"]:
            for link in table.get("Associations", ()):
                if link.get("SubnetId"):
                    own[link["SubnetId"]] = table
                elif link.get("Main"):
                    main[table["VpcId"]] = table
    return own, main


def way(routes: Iterable[Mapping[str, Any]], nats: Mapping[str, str]) -> Way:
    """Where the default routes lead, the best of them."""
    found = [leads(route, nats) for route in routes if destination(route) in EVERYWHERE]
    order: tuple[Way, ...] = ("nat", "internet", "other", "broken")
    return next((each for each in order if each in found), "none")


def destination(route: Mapping[str, Any]) -> str:
    return str(route.get("DestinationCidrBlock") or route.get("DestinationIpv6CidrBlock", ""))


def leads(route: Mapping[str, Any], nats: Mapping[str, str]) -> Way:
    if route.get("State") == "blackhole":
        return "broken"
    if route.get("NatGatewayId"):
        return "nat" if nats.get(route["NatGatewayId"], "available") == "available" else "broken"
    if route.get("EgressOnlyInternetGatewayId"):
        return "other"
    return "internet" if str(route.get("GatewayId", "")).startswith("igw-") else "other"


def endpoints(reader: Reader) -> dict[str, dict[str, list[dict[str, Any]]]]:
    """The usable interface endpoints with private DNS, by VPC and by the service's last name, such as ssm."""
    found: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for page in reader.pages(ENDPOINTS):
        for each in page["VpcEndpoints"]:
            usable = each.get("State", "").lower() == "available" and each.get("PrivateDnsEnabled")
            if each.get("VpcEndpointType") == "Interface" and usable:
                service = each["ServiceName"].rpartition(".")[2]
                found.setdefault(each["VpcId"], {}).setdefault(service, []).append(each)
    return found


def reached(endpoint: Mapping[str, Any], cidr: str, rules: Mapping[str, Mapping[str, Any]]) -> bool | None:
    """Whether an endpoint's security groups let this range in to port 443; None: not known.

    A rule that names a group lets some instances in, which ones this does not look at.
    """
    groups = [rules[each["GroupId"]] for each in endpoint.get("Groups", ()) if each["GroupId"] in rules]
    open_ = security_groups.lets_in(groups, 443, networks=[cidr])
    by_group = [rule for group in groups for rule in group.get("IpPermissions", ()) if rule.get("UserIdGroupPairs")]
    if open_ or not groups:
        return open_ if groups else None
    return None if any(security_groups.covers(rule, 443) for rule in by_group) else open_
