"""RDS instances as DescribeDBInstances tells them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from opsportal.checks import Read, Reader

from . import money, tags
from .resources import Resource

ALL = Read("rds", "describe_db_instances")


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


def databases(reader: Reader) -> Iterator[Database]:
    """Those that have been made: one in the making has no time yet."""
    for page in reader.pages(ALL):
        for told in page["DBInstances"]:
            if told.get("InstanceCreateTime"):
                yield database(told, reader.now)


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


def hours(of: money.PriceOf, database: Database) -> money.Cost:
    """Its hours without its storage; for MySQL, MariaDB and PostgreSQL."""
    return money.database(of, database.kind, database.engine, database.multi_az)


def storage(of: money.PriceOf, database: Database) -> money.Cost:
    """Its storage without its backups; of a member of a cluster it is the cluster's."""
    if database.cluster or not database.plain_storage:
        return money.Cost()
    return money.database_storage(of, database.storage, database.gib, database.multi_az)
