"""RDS instances as DescribeDBInstances tells them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from opsportal.checks import Read, Reader

from . import money, tags
from .resources import Resource

ALL = Read("rds", "describe_db_instances")
EVENT_DAYS = 14  # as far back as RDS keeps its events
EVENTS = Read("rds", "describe_events", {"SourceType": "db-instance", "Duration": EVENT_DAYS * 24 * 60})


@dataclass(frozen=True)
class Database:
    """`cluster`: the Aurora or Multi-AZ cluster it belongs to.
    `restarts`: when AWS starts it again by itself; None where it does not say. `plain_storage`: no IOPS or throughput
    on top.
    """

    resource: Resource
    kind: str
    engine: str
    status: str
    made: datetime
    multi_az: bool = False
    cluster: str = ""
    storage: str = "gp2"
    gib: int = 0
    plain_storage: bool = True
    restarts: datetime | None = None


def listed(reader: Reader) -> Iterator[dict[str, Any]]:
    """As RDS describes them."""
    for page in reader.pages(ALL):
        yield from page["DBInstances"]


def databases(reader: Reader) -> Iterator[Database]:
    """Those that have been made: one in the making has no time yet."""
    return (database(told, reader.now) for told in listed(reader) if told.get("InstanceCreateTime"))


def database(told: Mapping[str, Any], now: datetime) -> Database:
    storage = told.get("StorageType", "")
    free = storage == "gp3" and (told.get("Iops") or 0) <= 3_000 and (told.get("StorageThroughput") or 0) <= 125
    return Database(
        resource=Resource(told["DBInstanceIdentifier"], now, tags=tags.plain(told.get("TagList"))),
        kind=told["DBInstanceClass"],
        engine=told["Engine"],
        status=told["DBInstanceStatus"],
        made=told["InstanceCreateTime"],
        multi_az=bool(told.get("MultiAZ")),
        cluster=told.get("DBClusterIdentifier", ""),
        storage=storage,
        gib=told.get("AllocatedStorage", 0),
        plain_storage=free or storage == "gp2",
        restarts=told.get("AutomaticRestartTime"),
    )


def happened(reader: Reader, words: str) -> dict[str, datetime]:
    """When each instance last had an event of these words, within the last 14 days."""
    return latest((event for page in reader.pages(EVENTS) for event in page["Events"]), words)


def latest(events: Iterable[Mapping[str, Any]], words: str) -> dict[str, datetime]:
    """By the instance's identifier. An answer has no event numbers: the words are all that tells events apart.

    AWS docs: Amazon RDS User Guide, Amazon RDS event categories and event messages.
    """
    found: dict[str, datetime] = {}
    for event in events:
        if words in event["Message"]:
            name = event["SourceIdentifier"]
            found[name] = max(event["Date"], found.get(name, event["Date"]))
    return found


def hours(of: money.PriceOf, database: Database) -> money.Cost:
    """Its hours without its storage; for MySQL, MariaDB and PostgreSQL."""
    return money.database(of, database.kind, database.engine, database.multi_az)


def storage(of: money.PriceOf, database: Database) -> money.Cost:
    """Its storage without its backups; of a member of a cluster it is the cluster's."""
    if database.cluster or not database.plain_storage:
        return money.Cost()
    return money.database_storage(of, database.storage, database.gib, database.multi_az)
