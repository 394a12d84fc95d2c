"""Finds RDS instances that nobody connects to.

For a week the highest number of connections was none. Members of Aurora and Multi-AZ clusters are not judged: they
may be there to take over. The cost is that of the hours, which stopping saves; storage costs on while it is stopped.

AWS docs: AWS Trusted Advisor, Amazon RDS Idle DB Instances; Amazon RDS User Guide, Amazon CloudWatch metrics for
Amazon RDS.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import BaseModel, Field

from opsportal.checks import Check, Found, Reader
from opsportal.words import gettext as _
from opsportal.words import gettext_noop
from tasks.sweeps import databases, metrics
from tasks.sweeps.databases import Database
from tasks.sweeps.metrics import DAY, Metric, complete, midnight
from tasks.sweeps.money import Cost
from tasks.sweeps.resources import found


class Limits(BaseModel):
    days: int = Field(
        7,
        ge=2,
        le=63,
        title=gettext_noop("Days"),
        description=gettext_noop("A database is found when nobody connected for this long."),
    )
    connections: int = Field(
        0,
        ge=0,
        le=1000,
        title=gettext_noop("Connections"),
        description=gettext_noop("Up to this many at once do not count, such as those of a monitor."),
    )


@dataclass(frozen=True)
class Facts:
    """`connections`: the most at once in the days; None: not measured for the whole time."""

    database: Database
    cost: Cost
    connections: float | None


def gather(reader: Reader, limits: Limits) -> Iterator[Facts]:
    wanted = ((each, (connections(each),)) for each in databases.databases(reader))
    for database, (open_,) in complete(reader, wanted, midnight(reader.now, limits.days)):
        most = max(open_.values) if open_.covers(limits.days) else None
        yield Facts(database, databases.hours(reader.price, database), most)


def connections(database: Database) -> Metric:
    """The most at once on each day."""
    place = {"DBInstanceIdentifier": database.resource.id}
    return Metric("AWS/RDS", "DatabaseConnections", place, "Maximum", DAY)


def judge(facts: Facts, limits: Limits) -> Found | None:
    database, connections = facts.database, facts.connections
    if database.cluster or database.status != "available" or database.resource.days(database.made) < limits.days:
        return None
    if connections is None or connections > limits.connections:
        return None
    told = _("It had at most {n} connections at once in {days} days ({kind}, {engine}).")
    return found(
        database.resource,
        detail=told.format(n=round(connections), days=limits.days, kind=database.kind, engine=database.engine),
        advice=_("Stop it. When nobody misses it, take a final snapshot and delete it."),
        cost=facts.cost,
        kind=database.kind,
        engine=database.engine,
        multi_az=database.multi_az,
        connections=round(connections),
        days=limits.days,
    )


CHECK = Check(
    name="rds-idle",
    title=gettext_noop("Idle database"),
    summary=gettext_noop("Nobody has connected to an RDS instance for days."),
    group="cost",
    severity="high",
    limits=Limits,
    gather=gather,
    judge=judge,
    reads=(databases.ALL,),
    permissions=("rds:DescribeDBInstances", *metrics.PERMISSIONS),
    guide=__doc__ or "",
)
