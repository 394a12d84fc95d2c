"""`python listing.py`: lists what fifteen cost checks need once, one call after another, and prints how long that took.

Nothing is judged or stored. Its clients are there before the time begins, as they are in a running worker.
"""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3

KINDS = ["ecr:repository", "elasticloadbalancing:loadbalancer", "logs"]  # whose listings leave tags out
TAGGED: dict[str, Any] = {"ResourceTypeFilters": KINDS, "PaginationConfig": {"PageSize": 100}}
LISTINGS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("ec2", "describe_volumes", {"PaginationConfig": {"PageSize": 500}}),
    ("ec2", "describe_snapshots", {"OwnerIds": ["self"], "PaginationConfig": {"PageSize": 1000}}),
    ("ec2", "describe_images", {"Owners": ["self"]}),
    ("ec2", "describe_instances", {"PaginationConfig": {"PageSize": 1000}}),
    ("ec2", "describe_instance_types", {"Filters": [{"Name": "current-generation", "Values": ["false"]}]}),
    ("ec2", "describe_launch_template_versions", {"Versions": ["$Latest", "$Default"]}),
    ("autoscaling", "describe_auto_scaling_groups", {}),
    ("autoscaling", "describe_launch_configurations", {}),
    ("elb", "describe_load_balancers", {}),
    ("elbv2", "describe_load_balancers", {}),
    ("rds", "describe_events", {"SourceType": "db-instance", "Duration": 14 * 24 * 60}),
    ("logs", "describe_log_groups", {}),
    ("resourcegroupstaggingapi", "get_resources", TAGGED),
)
LARGE = 100 * 1024**3  # bytes of a bucket whose rules are read
SERVICES = ("cloudwatch", "ecr", "s3", *dict.fromkeys(service for service, _, _ in LISTINGS))


class Lister:
    def __init__(self) -> None:
        self.clients = {service: boto3.client(service) for service in SERVICES}

    def all(self) -> None:
        for service, operation, arguments in LISTINGS:
            for _ in self.pages(service, operation, **arguments):
                pass
        self.clients["ec2"].describe_addresses()
        self.targets()
        self.images()
        self.gateways()
        self.databases()
        self.buckets()

    def pages(self, service: str, operation: str, **arguments: Any) -> Iterator[dict[str, Any]]:
        yield from self.clients[service].get_paginator(operation).paginate(**arguments)

    def targets(self) -> None:
        for page in self.pages("elbv2", "describe_target_groups"):
            for group in page["TargetGroups"]:
                self.clients["elbv2"].describe_target_health(TargetGroupArn=group["TargetGroupArn"])

    def images(self) -> None:
        for page in self.pages("ecr", "describe_repositories"):
            for each in page["repositories"]:
                list(self.pages("ecr", "describe_images", repositoryName=each["repositoryName"]))

    def gateways(self) -> None:
        pages = self.pages("ec2", "describe_nat_gateways")
        places = [[("NatGatewayId", each["NatGatewayId"])] for page in pages for each in page["NatGateways"]]
        for name in ("BytesOutToDestination", "BytesInFromDestination"):
            self.measured("AWS/NATGateway", name, "Sum", places, 14)

    def databases(self) -> None:
        pages = self.pages("rds", "describe_db_instances")
        names = [each["DBInstanceIdentifier"] for page in pages for each in page["DBInstances"]]
        places = [[("DBInstanceIdentifier", name)] for name in names]
        self.measured("AWS/RDS", "DatabaseConnections", "Maximum", places, 7)

    def buckets(self) -> None:
        names = [each["Name"] for each in self.clients["s3"].list_buckets()["Buckets"]]
        places = [[("BucketName", name), ("StorageType", "StandardStorage")] for name in names]
        sizes = self.measured("AWS/S3", "BucketSizeBytes", "Average", places, 3)
        for name, values in zip(names, sizes, strict=True):
            if values and values[-1] >= LARGE:
                self.rules(name)

    def rules(self, bucket: str) -> None:
        try:
            self.clients["s3"].get_bucket_lifecycle_configuration(Bucket=bucket)
        except self.clients["s3"].exceptions.ClientError as error:
            if error.response["Error"]["Code"] != "NoSuchLifecycleConfiguration":
                raise

    def measured(
        self, namespace: str, name: str, stat: str, places: list[list[tuple[str, str]]], days: int
    ) -> list[list[float]]:
        """The values of one metric of up to 500 resources, a day each, by one call."""
        asked = []
        for number, place in enumerate(places):
            dimensions = [{"Name": key, "Value": value} for key, value in place]
            metric = {"Namespace": namespace, "MetricName": name, "Dimensions": dimensions}
            asked.append({"Id": f"m{number}", "MetricStat": {"Metric": metric, "Period": 86_400, "Stat": stat}})
        end = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
        times = {"StartTime": end - timedelta(days=days), "EndTime": end, "ScanBy": "TimestampAscending"}
        answer = self.clients["cloudwatch"].get_metric_data(MetricDataQueries=asked, **times)
        return [result["Values"] for result in answer["MetricDataResults"]]


if __name__ == "__main__":
    lister = Lister()
    begin = time.monotonic()
    lister.all()
    print(time.monotonic() - begin)
