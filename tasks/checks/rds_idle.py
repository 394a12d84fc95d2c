"""Finds RDS instances that nobody connects to.

For a week the highest number of connections was none. Members of Aurora and Multi-AZ clusters are not judged: they
may be there to take over. The cost is that of the hours, which stopping saves; storage costs on while it is stopped.

AWS docs: AWS Trusted Advisor, Amazon RDS Idle DB Instances; Amazon RDS User Guide, Amazon CloudWatch metrics for
Amazon RDS.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pydantic import BaseModel, Field

from opsportal.checks import Check, Found, Reader
from opsportal.words import gettext as _
from opsportal.words import gettext_noop
from tasks.sweeps import databases, metrics
from tasks.sweeps.databases import Database
from tasks.sweeps.metrics import Query
from tasks.sweeps.money import Cost
from tasks.sweeps.resources import found


class Limits(BaseModel):
    days: int = Field(
        7, ge=2, le=63, title=gettext_noop("Days"), description=gettext_noop("For how long nobody connected.")
    )
    connections: int = Field(
        0,
        ge=0,
        le=1000,
        title=gettext_noop("Connections"),
        description=gettext_noop("So many at once do not count, such as those of a monitor."),
    )


@dataclass(frozen=True)
class Facts:
    """`connections`: the most at once in the days; None: not measured for the whole time."""

    database: Database
    cost: Cost
    connections: float | None


def gather(reader: Reader, limits: Limits) -> Iterator[Facts]:
    for database, (most,) in metrics.measured(reader, databases.databases(reader), queries, limits.days):
        connections = max(most) if len(most) >= limits.days else None
        yield Facts(database, databases.hours(reader.price, database), connections)


def queries(database: Database) -> Sequence[Query]:
    dimensions = (("DBInstanceIdentifier", database.resource.id),)
    return [Query("AWS/RDS", "DatabaseConnections", dimensions, "Maximum")]


def judge(facts: Facts, limits: Limits) -> Found | None:
    database, connections = facts.database, facts.connections
    if database.cluster or database.status != "available" or database.resource.days(database.made) < limits.days:
        return None
    if connections is None or connections > limits.connections:
        return None
    told = _("At most {n} connections in {days} days. {kind} with {engine}.")
    if not round(connections):
        told = _("No connection in {days} days. {kind} with {engine}.")
    return found(
        database.resource,
        detail=told.format(n=round(connections), days=limits.days, kind=database.kind, engine=database.engine),
        advice=_("Stop it, and after a final snapshot delete it when nobody misses it."),
        cost=facts.cost,
        kind=database.kind,
        engine=database.engine,
        multi_az=database.multi_az,
        connections=round(connections),
        days=limits.days,
    )


CHECK = Check(
    name="rds-idle",
    title=gettext_noop("Databases that nobody connects to"),
    summary=gettext_noop("RDS instances without a connection for days."),
    group="cost",
    severity="high",
    limits=Limits,
    gather=gather,
    judge=judge,
    reads=(databases.ALL,),
    permissions=("rds:DescribeDBInstances", *metrics.PERMISSIONS),
    guide=__doc__ or "",
)
