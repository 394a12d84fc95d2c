"""Finds DynamoDB tables whose provisioned capacity is far above what their busiest hour used.

Judged are tables of the mode PROVISIONED by their own capacity, without their indexes. The busiest hour is an average
over that hour: bursts of minutes are higher, which is what the headroom is for. DynamoDB reports no consumption where
there was none. The 25 free units of an account are not taken off.

AWS docs: Amazon DynamoDB Developer Guide, DynamoDB provisioned capacity mode; DynamoDB metrics and dimensions.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from typing import Any

from pydantic import BaseModel, Field

from opsportal.checks import Check, Found, Read, Reader
from opsportal.words import gettext as _
from opsportal.words import gettext_noop
from tasks.sweeps import metrics, money, tags
from tasks.sweeps.metrics import HOUR, Metric, Series, complete, midnight
from tasks.sweeps.money import Cost
from tasks.sweeps.resources import Resource, found

TABLES = Read("dynamodb", "list_tables")
KIND = "dynamodb:table"
PROVISIONED = "PROVISIONED"
Units = tuple[int, int]  # to read and to write


class Limits(BaseModel):
    days: int = Field(
        14,
        ge=2,
        le=63,
        title=gettext_noop("Days"),
        description=gettext_noop("The busiest hour of this many days counts."),
    )
    percent: int = Field(
        30,
        ge=1,
        le=90,
        title=gettext_noop("Used, in %"),
        description=gettext_noop("A table is found when its busiest hour used less of its units than this."),
    )
    headroom: int = Field(
        50,
        ge=0,
        le=500,
        title=gettext_noop("Headroom, in %"),
        description=gettext_noop("The advice leaves this much above the busiest hour."),
    )
    units: int = Field(
        10,
        ge=1,
        le=100_000,
        title=gettext_noop("Units"),
        description=gettext_noop("Tables with fewer read and write units together are left alone."),
    )


@dataclass(frozen=True)
class Facts:
    """`units`: provisioned; `busiest`: used a second in the busiest hour; `saved`: with `enough`."""

    resource: Resource
    mode: str
    made: datetime
    units: Units
    busiest: tuple[float, float]
    enough: Units
    saved: Cost


def gather(reader: Reader, limits: Limits) -> Iterator[Facts]:
    held = tags.of_kind(reader, KIND)
    wanted = ((table, consumption(table)) for table in tables(reader))
    for table, (reads, writes) in complete(reader, wanted, midnight(reader.now, limits.days)):
        yield facts(reader, table, held, limits, (peak(reads), peak(writes)))


def tables(reader: Reader) -> Iterator[Mapping[str, Any]]:
    for page in reader.pages(TABLES):
        reads = [Read("dynamodb", "describe_table", {"TableName": name}) for name in page["TableNames"]]
        yield from (answer["Table"] for answer in reader.several(reads) if answer)


def consumption(table: Mapping[str, Any]) -> Sequence[Metric]:
    place = {"TableName": table["TableName"]}
    names = ("ConsumedReadCapacityUnits", "ConsumedWriteCapacityUnits")
    return [Metric("AWS/DynamoDB", name, place, "Sum", HOUR) for name in names]


def peak(hours: Series) -> float:
    """Units a second in the busiest hour."""
    return max(hours.values, default=0) / HOUR


def facts(
    reader: Reader,
    table: Mapping[str, Any],
    held: Mapping[str, dict[str, str]],
    limits: Limits,
    busiest: tuple[float, float],
) -> Facts:
    given, arn = table.get("ProvisionedThroughput", {}), table["TableArn"]
    units = (given.get("ReadCapacityUnits", 0), given.get("WriteCapacityUnits", 0))
    enough = (wanted(units[0], busiest[0], limits), wanted(units[1], busiest[1], limits))
    return Facts(
        resource=Resource(table["TableName"], reader.now, tags=held.get(arn, {})),
        mode=table.get("BillingModeSummary", {}).get("BillingMode", PROVISIONED),
        made=table["CreationDateTime"],
        units=units,
        busiest=busiest,
        enough=enough,
        saved=money.saving(cost(reader, units), cost(reader, enough)),
    )


def wanted(units: int, busiest: float, limits: Limits) -> int:
    """Units to provide: the busiest hour with headroom where it used less than the limit, else as many as now."""
    if busiest >= units * limits.percent / 100:
        return units
    return min(units, max(1, ceil(busiest * (1 + limits.headroom / 100))))


def cost(reader: Reader, units: Units) -> Cost:
    items = ("provisioned-rcu", "provisioned-wcu")
    prices = [reader.price("dynamodb", item) for item in items]
    return money.total(money.hourly(price, count) for price, count in zip(prices, units, strict=True))


def judge(facts: Facts, limits: Limits) -> Found | None:
    if facts.mode != PROVISIONED or sum(facts.units) < limits.units or facts.enough == facts.units:
        return None
    if facts.resource.days(facts.made) < limits.days:
        return None
    told = _("It has {read} read and {write} write units; the busiest hour of {days} days used {used}.")
    used = " / ".join(f"{each:.1f}" for each in facts.busiest)
    advice = _("Lower it to {read} and {write}, turn on auto scaling, or change it to on-demand.")
    return found(
        facts.resource,
        detail=told.format(read=facts.units[0], write=facts.units[1], days=limits.days, used=used),
        advice=advice.format(read=facts.enough[0], write=facts.enough[1]),
        cost=facts.saved,
        units=list(facts.units),
        busiest_hour=[round(each, 2) for each in facts.busiest],
        days=limits.days,
    )


CHECK = Check(
    name="dynamodb-overprovisioned",
    title=gettext_noop("DynamoDB table with too much capacity"),
    summary=gettext_noop("A table has far more provisioned capacity than its busiest hour used."),
    group="cost",
    severity="medium",
    limits=Limits,
    gather=gather,
    judge=judge,
    reads=(TABLES, tags.reading(KIND)),
    permissions=("dynamodb:DescribeTable", "dynamodb:ListTables", *metrics.PERMISSIONS, *tags.PERMISSIONS),
    guide=__doc__ or "",
)
