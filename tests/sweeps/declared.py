"""Checks that only the tests know: of log groups and buckets, which the sandbox pages, refuses and forgets like AWS."""

from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import BaseModel, Field

from opsportal.checks import Check, Found, Read, Reader

SMALL_PAGES = Read("logs", "describe_log_groups", {"limit": 5})
EVERYTHING = Read("logs", "describe_log_groups")
ADDRESSES = Read("ec2", "describe_addresses")


class Killed(BaseException):
    """The worker dies at this line; neither the engine nor the sweep has a chance to do anything."""


deaths: set[int] = set()  # before the page of this number the worker dies, once


class Limits(BaseModel):
    least: int = Field(0, ge=0, title="Least", description="Days of retention that are enough.")


@dataclass(frozen=True)
class Facts:
    name: str
    days: int | None


def groups(reader: Reader, limits: Limits, asked: Read = SMALL_PAGES) -> Iterator[Facts]:
    for page in reader.pages(asked):
        yield from (Facts(each["logGroupName"], each.get("retentionInDays")) for each in page["logGroups"])


def groups_until_death(reader: Reader, limits: Limits) -> Iterator[Facts]:
    for number, page in enumerate(reader.pages(SMALL_PAGES)):
        if number in deaths:
            deaths.clear()
            raise Killed
        yield from (Facts(each["logGroupName"], each.get("retentionInDays")) for each in page["logGroups"])


def all_groups(reader: Reader, limits: Limits) -> Iterator[Facts]:
    yield from groups(reader, limits, EVERYTHING)


def addresses(reader: Reader, limits: Limits) -> Iterator[Facts]:
    yield from (Facts(each["AllocationId"], None) for each in reader.read(ADDRESSES)["Addresses"])


def buckets(reader: Reader, limits: Limits) -> Iterator[Facts]:
    names = [each["Name"] for page in reader.pages(Read("s3", "list_buckets")) for each in page["Buckets"]]
    asked = [Read("s3", "get_bucket_lifecycle_configuration", {"Bucket": name}) for name in names]
    for name, answer in zip(names, reader.several(asked), strict=True):
        yield Facts(name, 1 if answer else None)


def faulty(reader: Reader, limits: Limits) -> Iterator[Facts]:
    for page in reader.pages(EVERYTHING):
        yield Facts(page["logGroups"][0]["there is no such name"], None)


def judge(facts: Facts, limits: Limits) -> Found | None:
    if facts.days is not None and facts.days >= limits.least:
        return None
    return Found(facts.name, f"{facts.name} keeps {facts.days} days.", "Keep more.", usd=1.5, tags={"Owner": "web"})


def declared(name: str, gather, permission: str, *reads: Read) -> Check:
    return Check(name, name, name, "cost", "low", Limits, gather, judge, reads, (permission,))


LOGS = "logs:DescribeLogGroups"
CHECKS = (
    declared("test-groups", groups, LOGS, SMALL_PAGES),
    declared("test-groups-later", groups_until_death, LOGS),
    declared("test-all-groups", all_groups, LOGS, EVERYTHING),
    declared("test-addresses", addresses, "ec2:DescribeAddresses", ADDRESSES),
    declared("test-buckets", buckets, "s3:ListAllMyBuckets"),
    declared("test-faulty", faulty, LOGS, EVERYTHING),
)
