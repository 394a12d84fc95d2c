"""What AWS's price lists call the things that are priced here, and how a price is read from one of their products.

AWS Billing User Guide: Finding services and products using the AWS Price List Query API; Reading the service price
list files. Usage types have a prefix for most regions, which follows no rule.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from opsportal.checks import Price, Read

PREFIX = r"(?:[A-Z0-9]+-)?"
ENGINES = {"MySQL": "mysql", "MariaDB": "mariadb", "PostgreSQL": "postgresql"}
ENGINES |= {"Redis": "redis", "Memcached": "memcached", "Valkey": "valkey"}
ON_DEMAND = {
    "operatingSystem": "Linux",
    "tenancy": "Shared",
    "preInstalledSw": "NA",
    "capacitystatus": "Used",
    "licenseModel": "No License required",
}
SINGLE = {"deploymentOption": "Single-AZ"}
DATABASES = {"productFamily": "Database Instance", "licenseModel": "No license required", **SINGLE}
GB, HOUR = "GB-month", "hour"


@dataclass(frozen=True)
class Offer:
    """Products of one service code. `items`: our item by a pattern of the usage type without its prefix; `{0}` is what
    the pattern's group took, `{engine}` the product's. `share`: of AWS's price for one of our units.
    """

    service: str
    code: str
    items: Mapping[str, str]
    unit: str
    filters: Mapping[str, str] = field(default_factory=dict)
    share: float = 1


def family(name: str) -> dict[str, str]:
    return {"productFamily": name}


IOPS = {
    r"EBS:VolumeP-IOPS\.gp3": "gp3.iops-over-3000",
    r"EBS:VolumeP-IOPS\.piops": "io1.iops",
    r"EBS:VolumeP-IOPS\.io2": "io2.iops-to-32000",
    r"EBS:VolumeP-IOPS\.io2\.tier2": "io2.iops-32001-64000",
    r"EBS:VolumeP-IOPS\.io2\.tier3": "io2.iops-over-64000",
}
VOLUMES = {
    r"EBS:VolumeUsage\.(gp2|gp3|io2|st1|sc1)": "{0}.storage",
    r"EBS:VolumeUsage\.piops": "io1.storage",
    r"EBS:VolumeUsage": "standard.storage",
}
SNAPSHOTS = {r"EBS:SnapshotUsage": "snapshot.standard", r"EBS:SnapshotArchiveStorage": "snapshot.archive"}
THROUGHPUT = {r"EBS:VolumeP-Throughput\.gp3": "gp3.throughput-over-125"}
NETWORK = {
    r"PublicIPv4:(?:InUse|Idle)Address": "public-ipv4.in-use-or-idle",
    r"VpcEndpoint-Hours": "interface-endpoint.per-az",
}
STORED = r"TimedStorage-ByteHrs"
OFFERS = (
    Offer("ec2", "AmazonEC2", {r"BoxUsage:(.+)": "{0}"}, HOUR, ON_DEMAND),
    Offer(
        "ec2",
        "AmazonEC2",
        {r"CPUCredits:(\w+)": "{0}.unlimited-surplus.linux"},
        "vCPU-hour",
        {**family("CPU Credits"), "operatingSystem": "Linux"},
    ),
    Offer("ebs", "AmazonEC2", VOLUMES, GB, family("Storage")),
    Offer("ebs", "AmazonEC2", IOPS, "IOPS-month", family("System Operation")),
    Offer("ebs", "AmazonEC2", THROUGHPUT, "MiBps-month", family("Provisioned Throughput"), share=1 / 1024),
    Offer("ebs", "AmazonEC2", SNAPSHOTS, GB, family("Storage Snapshot")),
    Offer("vpc", "AmazonEC2", {r"NatGateway-Hours": "nat-gateway.hour"}, HOUR, family("NAT Gateway")),
    Offer("vpc", "AmazonVPC", NETWORK, HOUR),
    Offer("elb", "AWSELB", {r"LoadBalancerUsage": "alb.hour"}, HOUR, family("Load Balancer-Application")),
    Offer("elb", "AWSELB", {r"LoadBalancerUsage": "nlb.hour"}, HOUR, family("Load Balancer-Network")),
    Offer("elb", "AWSELB", {r"LoadBalancerUsage": "gwlb.hour"}, HOUR, family("Load Balancer-Gateway")),
    Offer("elb", "AWSELB", {r"LoadBalancerUsage": "clb.hour"}, HOUR, family("Load Balancer")),
    Offer("rds", "AmazonRDS", {r"InstanceUsage:(.+)": "{0}.{engine}.single-az"}, HOUR, DATABASES),
    Offer(
        "rds",
        "AmazonRDS",
        {r"RDS:GP2-Storage": "storage.gp2.single-az", r"RDS:GP3-Storage": "storage.gp3.single-az"},
        GB,
        {**family("Database Storage"), **SINGLE},
    ),
    Offer("elasticache", "AmazonElastiCache", {r"NodeUsage:(.+)": "{0}.{engine}"}, HOUR, family("Cache Instance")),
    Offer("cloudwatch-logs", "AmazonCloudWatch", {STORED: "stored"}, GB),
    Offer("ecr", "AmazonECR", {STORED: "private-storage"}, GB),
    Offer("s3", "AmazonS3", {STORED: "standard.first-50TB"}, GB, {"volumeType": "Standard"}),
    Offer(
        "dynamodb",
        "AmazonDynamoDB",
        {r"ReadCapacityUnit-Hrs": "provisioned-rcu"},
        "RCU-hour",
        {"group": "DDB-ReadUnits"},
    ),
    Offer(
        "dynamodb",
        "AmazonDynamoDB",
        {r"WriteCapacityUnit-Hrs": "provisioned-wcu"},
        "WCU-hour",
        {"group": "DDB-WriteUnits"},
    ),
    Offer("secretsmanager", "AWSSecretsManager", {r"AWSSecretsManager-Secrets": "secret"}, "secret-month"),
    Offer(
        "lambda",
        "AWSLambda",
        {r"Lambda-GB-Second": "x86.duration.first-tier"},
        "GB-second",
        {"group": "AWS-Lambda-Duration"},
    ),
    Offer(
        "lambda",
        "AWSLambda",
        {r"Lambda-GB-Second(?:-ARM)?": "arm.duration.first-tier"},
        "GB-second",
        {"group": "AWS-Lambda-Duration-ARM"},
    ),
)


def reading(offer: Offer, region: str) -> Read:
    """The products of this offer in a region: by its code, for its names vary."""
    wanted = {**offer.filters, "regionCode": region}
    filters = [{"Type": "TERM_MATCH", "Field": name, "Value": value} for name, value in wanted.items()]
    return Read("pricing", "get_products", {"ServiceCode": offer.code, "Filters": filters})


def prices(offer: Offer, region: str, documents: Iterable[str]) -> Iterator[Price]:
    """The prices of the products that these JSON texts tell; what is not of the offer is left out."""
    for product in map(json.loads, documents):
        item, usd = item_of(offer, product["product"]["attributes"]), rate(product)
        if item and usd:
            yield Price(offer.service, item, offer.unit, region, usd * offer.share, product["publicationDate"][:10])


def item_of(offer: Offer, attributes: Mapping[str, str]) -> str:
    """Our name of what the product is; empty when it is none of the offer's items."""
    engine = ENGINES.get(attributes.get("databaseEngine") or attributes.get("cacheEngine", ""), "")
    for usage, item in offer.items.items():
        matched = re.fullmatch(PREFIX + usage, attributes["usagetype"])
        if matched and (engine or "{engine}" not in item):
            return item.format(*matched.groups(), engine=engine)
    return ""


def rate(product: Mapping[str, Any]) -> float | None:
    """USD on demand in the first tier that costs anything; None: it has no such price."""
    terms = product.get("terms", {}).get("OnDemand", {}).values()
    tiers = [tier for term in terms for tier in term["priceDimensions"].values()]
    paid = [tier for tier in tiers if float(tier["pricePerUnit"].get("USD", 0)) > 0]
    first = min(paid, key=lambda tier: float(tier["beginRange"]), default=None)
    return float(first["pricePerUnit"]["USD"]) if first else None
