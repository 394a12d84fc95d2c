"""Which load balancer or distribution answers at a host name.

AWS docs: Routing traffic to an ELB load balancer (alias records); Listener rules for your Application Load Balancer
(host conditions); Use custom URLs by adding alternate domain names (CloudFront).
"""

from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

from opsportal.checks import Read, Reader

ZONES = Read("route53", "list_hosted_zones")
DISTRIBUTIONS = Read("cloudfront", "list_distributions")
GLOBAL = "us-east-1"  # where what is in front of CloudFront is kept
PERMISSIONS = (
    "cloudfront:ListDistributions",
    "elasticloadbalancing:DescribeListeners",
    "elasticloadbalancing:DescribeLoadBalancers",
    "elasticloadbalancing:DescribeRules",
    "route53:ListHostedZones",
    "route53:ListResourceRecordSets",
)


def plain(name: str) -> str:
    """A DNS name to compare by: small letters, without the last dot and without dualstack."""
    return name.lower().rstrip(".").removeprefix("dualstack.")


def targets(reader: Reader, hosts: Iterable[str]) -> dict[str, str]:
    """What each host's public records lead to, by Route 53; a host without a record leads to itself."""
    zones = [(plain(each["Name"]), each["Id"]) for page in reader.pages(ZONES) for each in page["HostedZones"]]
    found = {}
    for host in hosts:
        holding = [zone for name, zone in zones if host == name or host.endswith(f".{name}")]
        reads = [Read("route53", "list_resource_record_sets", records(zone, host)) for zone in holding]
        led = [led_to(answer or {}, host) for answer in reader.several(reads)]
        found[host] = next(filter(None, led), host)
    return found


def records(zone: str, host: str) -> dict[str, Any]:
    return {"HostedZoneId": zone.rpartition("/")[2], "StartRecordName": host, "MaxItems": "20"}


def led_to(answer: Mapping[str, Any], host: str) -> str:
    """The alias or CNAME of this host."""
    for record in answer.get("ResourceRecordSets", ()):
        if plain(record["Name"]) == host and record["Type"] in ("A", "AAAA", "CNAME"):
            values = [each["Value"] for each in record.get("ResourceRecords", ())]
            name = record.get("AliasTarget", {}).get("DNSName") or next(iter(values), "")
            return plain(name)
    return ""


def by_rule(reader: Reader, balancers: Iterable[str], hosts: Sequence[str]) -> dict[str, str]:
    """The load balancers whose listener rules name these hosts."""
    found: dict[str, str] = {}
    for balancer in balancers:
        pages = reader.pages(Read("elbv2", "describe_listeners", {"LoadBalancerArn": balancer}))
        listeners = [each["ListenerArn"] for page in pages for each in page["Listeners"]]
        for listener in listeners:
            for page in reader.pages(Read("elbv2", "describe_rules", {"ListenerArn": listener})):
                patterns = [pattern for rule in page["Rules"] for pattern in hosts_of(rule)]
                named = [host for host in hosts if any(fnmatchcase(host, each.lower()) for each in patterns)]
                found.update(dict.fromkeys(named, balancer))
    return found


def hosts_of(rule: Mapping[str, Any]) -> list[str]:
    conditions = [each for each in rule.get("Conditions", ()) if each.get("Field") == "host-header"]
    return [
        value
        for each in conditions
        for value in each.get("HostHeaderConfig", {}).get("Values") or each.get("Values", ())
    ]


def distributions(reader: Reader) -> dict[str, dict[str, Any]]:
    """CloudFront's distributions by the names they answer at."""
    found: dict[str, dict[str, Any]] = {}
    for page in reader.pages(DISTRIBUTIONS):
        for each in page.get("DistributionList", {}).get("Items", ()):
            names = [each["DomainName"], *each.get("Aliases", {}).get("Items", ())]
            found.update({plain(name): each for name in names})
    return found
