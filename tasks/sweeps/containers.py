"""ECS services and the task definitions they run.

AWS docs: Amazon ECS API Reference: DescribeServices (10 a call), DescribeTaskDefinition.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from opsportal.checks import Read, Reader

from .resources import Resource

CLUSTERS = Read("ecs", "list_clusters")
SERVICES = 10
TOGETHER = 50  # services in memory at a time: each brings up to 100 events
Pair = tuple[dict[str, Any], dict[str, Any] | None]
PERMISSIONS = ("ecs:DescribeServices", "ecs:DescribeTaskDefinition", "ecs:ListClusters", "ecs:ListServices")


def services(reader: Reader) -> Iterator[dict[str, Any]]:
    """The active services of all clusters, as ECS describes them."""
    for page in reader.pages(CLUSTERS):
        for cluster in page["clusterArns"]:
            arns = [
                arn
                for each in reader.pages(Read("ecs", "list_services", {"cluster": cluster}))
                for arn in each["serviceArns"]
            ]
            yield from described(reader, cluster, arns)


def described(reader: Reader, cluster: str, arns: Sequence[str]) -> Iterator[dict[str, Any]]:
    groups = [list(arns[start : start + SERVICES]) for start in range(0, len(arns), SERVICES)]
    reads = [Read("ecs", "describe_services", {"cluster": cluster, "services": group}) for group in groups]
    for answer in reader.several(reads):
        yield from (each for each in (answer or {}).get("services", ()) if each["status"] == "ACTIVE")


def definitions(reader: Reader, arns: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Task definitions by ARN; those that are gone are left out."""
    wanted = sorted(set(arns))
    reads = [Read("ecs", "describe_task_definition", {"taskDefinition": arn}) for arn in wanted]
    answers = zip(wanted, reader.several(reads), strict=True)
    return {arn: answer["taskDefinition"] for arn, answer in answers if answer}


def batches(reader: Reader) -> Iterator[list[Pair]]:
    """Services with the task definitions they are to run, some at a time; None: that is gone."""
    left = services(reader)
    while found := list(islice(left, TOGETHER)):
        known = definitions(reader, [each["taskDefinition"] for each in found])
        yield [(each, known.get(each["taskDefinition"])) for each in found]


def with_definitions(reader: Reader) -> Iterator[Pair]:
    """The same, one by one."""
    return (pair for batch in batches(reader) for pair in batch)


def ports(definition: Mapping[str, Any], container: str) -> tuple[int, ...]:
    """The ports that a container of this name declares."""
    return tuple(
        port["containerPort"]
        for each in definition["containerDefinitions"]
        if each["name"] == container
        for port in each.get("portMappings", ())
        if "containerPort" in port
    )


def resource(service: Mapping[str, Any], now: datetime) -> Resource:
    tags = {each["key"]: each["value"] for each in service.get("tags", ())}
    return Resource(service["serviceArn"], now, service["serviceName"], tags)
