"""Finds RDS instances that are kept stopped: storage and backups cost on, and AWS starts them after seven days.

A stopped instance is found after some days, or at once when AWS already had to start it within the last 14 days, which
is as far back as its events go: somebody stops it again and again. The cost is that of its storage, without backups.

AWS docs: Amazon RDS User Guide, Stopping an Amazon RDS DB instance temporarily; Amazon RDS event categories and event
messages (RDS-EVENT-0154).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import BaseModel, Field

from opsportal.checks import Check, Found, Reader
from opsportal.words import gettext as _
from opsportal.words import gettext_noop
from tasks.sweeps import databases
from tasks.sweeps.databases import Database
from tasks.sweeps.money import Cost
from tasks.sweeps.resources import found

ALLOWED = timedelta(days=7)  # for which an instance may stay stopped
TOO_LONG = "exceeding the maximum allowed time being stopped"  # RDS-EVENT-0154


class Limits(BaseModel):
    days: int = Field(
        5,
        ge=1,
        le=7,
        title=gettext_noop("Days"),
        description=gettext_noop("Databases that have been stopped for this long are found."),
    )


@dataclass(frozen=True)
class Facts:
    """`stopped`: since when, None: AWS does not say. `started`: when AWS last started it because it was too long."""

    database: Database
    cost: Cost
    stopped: datetime | None
    started: datetime | None


def gather(reader: Reader, limits: Limits) -> Iterator[Facts]:
    started = databases.happened(reader, TOO_LONG)
    for database in databases.databases(reader):
        stopped = database.restarts and database.restarts - ALLOWED
        cost = databases.storage(reader.price, database)
        yield Facts(database, cost, stopped, started.get(database.resource.id))


def judge(facts: Facts, limits: Limits) -> Found | None:
    database, started = facts.database, facts.started
    days = database.resource.days(facts.stopped) if facts.stopped else 0
    if database.status != "stopped" or not (started or days >= limits.days):
        return None
    detail = _("It has been stopped for {days} days, and its {gib} GiB of storage cost on.").format(
        days=days, gib=database.gib
    )
    if started:
        told = _("AWS started it {days} days ago after seven days, and it was stopped again. Its {gib} GiB cost on.")
        detail = told.format(days=database.resource.days(started), gib=database.gib)
    return found(
        database.resource,
        detail=detail,
        advice=_("Take a final snapshot and delete it: it can be restored from that."),
        cost=facts.cost,
        stopped=facts.stopped and facts.stopped.isoformat(),
        started_by_aws=started and started.isoformat(),
        storage=database.storage,
        gib=database.gib,
    )


CHECK = Check(
    name="rds-stopped-long",
    title=gettext_noop("Database kept stopped"),
    summary=gettext_noop("The storage of a stopped RDS instance costs on, and AWS starts it again after seven days."),
    group="cost",
    severity="medium",
    limits=Limits,
    gather=gather,
    judge=judge,
    reads=(databases.ALL, databases.EVENTS),
    permissions=("rds:DescribeDBInstances", "rds:DescribeEvents"),
    guide=__doc__ or "",
)
