"""What security groups let in.

AWS docs: Security group rules. A group without a matching rule lets nothing in.
"""

from collections.abc import Iterable, Mapping, Sequence
from ipaddress import IPv4Network
from typing import Any

from opsportal.checks import Read, Reader

GROUPS = Read("ec2", "describe_security_groups")


def listed(reader: Reader) -> dict[str, dict[str, Any]]:
    """Security groups by id."""
    return {each["GroupId"]: each for page in reader.pages(GROUPS) for each in page["SecurityGroups"]}


def lets_in(
    groups: Iterable[Mapping[str, Any]], port: int, sources: Sequence[str] = (), networks: Sequence[str] = ()
) -> bool | None:
    """Whether TCP to this port is let in from one of these groups or all of a network (CIDR).

    None: not known, because only a prefix list allows the port.
    """
    rules = [rule for group in groups for rule in group.get("IpPermissions", ()) if covers(rule, port)]
    if any(from_group(rule, sources) or from_network(rule, networks) for rule in rules):
        return True
    return None if any(rule.get("PrefixListIds") for rule in rules) else False


def covers(rule: Mapping[str, Any], port: int) -> bool:
    protocol = rule["IpProtocol"]
    return protocol == "-1" or (
        protocol in ("tcp", "6") and rule.get("FromPort", 0) <= port <= rule.get("ToPort", 65535)
    )


def from_group(rule: Mapping[str, Any], sources: Sequence[str]) -> bool:
    return any(pair.get("GroupId") in sources for pair in rule.get("UserIdGroupPairs", ()))


def from_network(rule: Mapping[str, Any], networks: Sequence[str]) -> bool:
    """Whether one IPv4 range of the rule holds one of the networks, or is open to all."""
    ranges = [IPv4Network(each["CidrIp"], strict=False) for each in rule.get("IpRanges", ())]
    wanted = [IPv4Network(each) for each in networks]
    everyone = any(each.prefixlen == 0 for each in ranges)
    return everyone or any(inner.subnet_of(outer) for inner in wanted for outer in ranges)
