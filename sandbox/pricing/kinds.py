"""How the Price List API describes what a row of the table prices: service code, family, usage type, attributes.

`{0}`, `{1}` … are the groups of a row's pattern. Usage types are without their region's prefix.
"""

import re
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Kind:
    service: str
    item: str
    code: str
    family: str
    usage: str
    unit: str
    attributes: dict[str, str] = field(default_factory=dict)


ENGINES = {"mysql": "MySQL", "postgresql": "PostgreSQL", "mariadb": "MariaDB"}
CACHES = {"redis": "Redis", "memcached": "Memcached", "valkey": "Valkey"}
LINUX = {
    "instanceType": "{0}",
    "operatingSystem": "Linux",
    "tenancy": "Shared",
    "preInstalledSw": "NA",
    "capacitystatus": "Used",
    "licenseModel": "No License required",
    "operation": "RunInstances",
    "marketoption": "OnDemand",
}
CREDITS = {"operatingSystem": "Linux", "tenancy": "Shared", "operation": "RunInstances"}
DATABASE = {"instanceType": "{0}", "databaseEngine": "{1}", "deploymentOption": "Single-AZ"}
DATABASE |= {"licenseModel": "No license required"}
IOPS, STORAGE, SNAPSHOT = "System Operation", "Storage", "Storage Snapshot"
CACHE = {"instanceType": "{0}", "cacheEngine": "{1}"}
VOLUME = {"volumeApiName": "{0}"}

KINDS = (
    Kind("ec2", r"(\w+\.\w+)", "AmazonEC2", "Compute Instance", "BoxUsage:{0}", "Hrs", LINUX),
    Kind(
        "ec2", r"(\w+)\.unlimited-surplus\.linux", "AmazonEC2", "CPU Credits", "CPUCredits:{0}", "vCPU-Hours", CREDITS
    ),
    Kind("ebs", r"(gp2|gp3|io2|st1|sc1)\.storage", "AmazonEC2", STORAGE, "EBS:VolumeUsage.{0}", "GB-Mo", VOLUME),
    Kind("ebs", r"(io1)\.storage", "AmazonEC2", STORAGE, "EBS:VolumeUsage.piops", "GB-Mo", VOLUME),
    Kind("ebs", r"(standard)\.storage", "AmazonEC2", STORAGE, "EBS:VolumeUsage", "GB-Mo", VOLUME),
    Kind("ebs", r"(gp3)\.iops-over-3000", "AmazonEC2", IOPS, "EBS:VolumeP-IOPS.{0}", "IOPS-Mo", VOLUME),
    Kind("ebs", r"(io1)\.iops", "AmazonEC2", IOPS, "EBS:VolumeP-IOPS.piops", "IOPS-Mo", VOLUME),
    Kind("ebs", r"(io2)\.iops-to-32000", "AmazonEC2", IOPS, "EBS:VolumeP-IOPS.io2", "IOPS-Mo", VOLUME),
    Kind("ebs", r"(io2)\.iops-32001-64000", "AmazonEC2", IOPS, "EBS:VolumeP-IOPS.io2.tier2", "IOPS-Mo", VOLUME),
    Kind("ebs", r"(io2)\.iops-over-64000", "AmazonEC2", IOPS, "EBS:VolumeP-IOPS.io2.tier3", "IOPS-Mo", VOLUME),
    Kind(
        "ebs",
        r"(gp3)\.throughput-over-125",
        "AmazonEC2",
        "Provisioned Throughput",
        "EBS:VolumeP-Throughput.gp3",
        "GiBps-mo",
        VOLUME,
    ),
    Kind("ebs", r"snapshot\.standard", "AmazonEC2", SNAPSHOT, "EBS:SnapshotUsage", "GB-Mo"),
    Kind("ebs", r"snapshot\.archive", "AmazonEC2", SNAPSHOT, "EBS:SnapshotArchiveStorage", "GB-Mo"),
    Kind("vpc", r"nat-gateway\.hour", "AmazonEC2", "NAT Gateway", "NatGateway-Hours", "Hrs"),
    Kind("vpc", r"nat-gateway\.data", "AmazonEC2", "NAT Gateway", "NatGateway-Bytes", "GB"),
    Kind("vpc", r"public-ipv4\.in-use-or-idle", "AmazonVPC", "", "PublicIPv4:InUseAddress", "Hrs"),
    Kind("vpc", r"public-ipv4\.in-use-or-idle", "AmazonVPC", "", "PublicIPv4:IdleAddress", "Hrs"),
    Kind("vpc", r"interface-endpoint\.per-az", "AmazonVPC", "VpcEndpoint", "VpcEndpoint-Hours", "Hrs"),
    Kind("vpc", r"interface-endpoint\.data", "AmazonVPC", "VpcEndpoint", "VpcEndpoint-Bytes", "GB"),
    Kind("elb", r"alb\.hour", "AWSELB", "Load Balancer-Application", "LoadBalancerUsage", "Hrs"),
    Kind("elb", r"alb\.lcu", "AWSELB", "Load Balancer-Application", "LCUUsage", "LCU-Hrs"),
    Kind("elb", r"nlb\.hour", "AWSELB", "Load Balancer-Network", "LoadBalancerUsage", "Hrs"),
    Kind("elb", r"nlb\.lcu", "AWSELB", "Load Balancer-Network", "LCUUsage", "LCU-Hrs"),
    Kind("elb", r"gwlb\.hour", "AWSELB", "Load Balancer-Gateway", "LoadBalancerUsage", "Hrs"),
    Kind("elb", r"gwlb\.lcu", "AWSELB", "Load Balancer-Gateway", "LCUUsage", "LCU-Hrs"),
    Kind("elb", r"clb\.hour", "AWSELB", "Load Balancer", "LoadBalancerUsage", "Hrs"),
    Kind(
        "rds",
        r"(db\.\w+\.\w+)\.(mysql|postgresql|mariadb)\.single-az",
        "AmazonRDS",
        "Database Instance",
        "InstanceUsage:{0}",
        "Hrs",
        DATABASE,
    ),
    Kind(
        "rds",
        r"storage\.gp2\.single-az",
        "AmazonRDS",
        "Database Storage",
        "RDS:GP2-Storage",
        "GB-Mo",
        {"deploymentOption": "Single-AZ"},
    ),
    Kind(
        "rds",
        r"storage\.gp3\.single-az",
        "AmazonRDS",
        "Database Storage",
        "RDS:GP3-Storage",
        "GB-Mo",
        {"deploymentOption": "Single-AZ"},
    ),
    Kind("rds", r"backup-over-free", "AmazonRDS", SNAPSHOT, "RDS:ChargedBackupUsage", "GB-Mo"),
    Kind(
        "elasticache",
        r"(cache\.\w+\.\w+)\.(redis|memcached|valkey)",
        "AmazonElastiCache",
        "Cache Instance",
        "NodeUsage:{0}",
        "Hrs",
        CACHE,
    ),
    Kind("cloudwatch-logs", r"ingested\.standard", "AmazonCloudWatch", "Data Payload", "DataProcessing-Bytes", "GB"),
    Kind("cloudwatch-logs", r"stored", "AmazonCloudWatch", "Storage Snapshot", "TimedStorage-ByteHrs", "GB-Mo"),
    Kind("ecr", r"private-storage", "AmazonECR", "EC2 Container Registry", "TimedStorage-ByteHrs", "GB-Mo"),
    Kind(
        "s3",
        r"standard\.first-50TB",
        "AmazonS3",
        STORAGE,
        "TimedStorage-ByteHrs",
        "GB-Mo",
        {"volumeType": "Standard"},
    ),
    Kind(
        "dynamodb",
        r"provisioned-rcu",
        "AmazonDynamoDB",
        "Provisioned IOPS",
        "ReadCapacityUnit-Hrs",
        "ReadCapacityUnit-Hrs",
        {"group": "DDB-ReadUnits"},
    ),
    Kind(
        "dynamodb",
        r"provisioned-wcu",
        "AmazonDynamoDB",
        "Provisioned IOPS",
        "WriteCapacityUnit-Hrs",
        "WriteCapacityUnit-Hrs",
        {"group": "DDB-WriteUnits"},
    ),
    Kind("secretsmanager", r"secret", "AWSSecretsManager", "Secret", "AWSSecretsManager-Secrets", "Secrets"),
    Kind("kms", r"customer-key", "awskms", "Encryption Key", "KMS-Keys", "Keys"),
    Kind(
        "lambda",
        r"x86\.duration\.first-tier",
        "AWSLambda",
        "Serverless",
        "Lambda-GB-Second",
        "Lambda-GB-Second",
        {"group": "AWS-Lambda-Duration"},
    ),
    Kind(
        "lambda",
        r"arm\.duration\.first-tier",
        "AWSLambda",
        "Serverless",
        "Lambda-GB-Second-ARM",
        "Lambda-GB-Second",
        {"group": "AWS-Lambda-Duration-ARM"},
    ),
)


def of(service: str, item: str) -> list[tuple[Kind, tuple[str, ...]]]:
    """The kinds a row stands for, with the groups of their patterns."""
    matches = ((kind, re.fullmatch(kind.item, item)) for kind in KINDS if kind.service == service)
    words = ENGINES | CACHES
    return [(kind, tuple(words.get(part, part) for part in match.groups())) for kind, match in matches if match]
