"""List prices: the exact region goes before all regions, and rows read from AWS before the table that is shipped."""

import csv
import time
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path

from django.db import connection

from . import models
from .checks import Price

SHIPPED = Path(__file__).parent / "prices.csv"
EVERYWHERE = "*"  # the region of a price that all commercial regions share
SECONDS = 300  # how old what a process knows of the rows may become
BATCH = 500  # rows of one statement
Key = tuple[str, str, str]  # service, item, region


def price(service: str, item: str, region: str) -> Price | None:
    """What AWS lists for it there; None: no figure is known, and that of another region is none."""
    for place in (region, EVERYWHERE):
        for table in (read(int(time.monotonic()) // SECONDS), shipped()):
            if found := table.get((service, item, place)):
                return found
    return None


@lru_cache(maxsize=1)
def shipped() -> Mapping[Key, Price]:
    """The table of docs/prices.md; what nobody could verify is an estimate."""
    with SHIPPED.open(newline="") as lines:
        return by_key(
            Price(
                service=row["service"],
                item=row["item"],
                unit=row["unit"],
                region=row["region"],
                usd=float(row["usd"]),
                as_of=row["as_of"],
                sourced=row["confidence"] == "sourced",
            )
            for row in csv.DictReader(lines)
        )


@lru_cache(maxsize=1)
def read(age: int) -> Mapping[Key, Price]:
    """The rows that were read from AWS; asked with another `age` they are read afresh."""
    rows = models.Price.objects.values_list("service", "item", "unit", "region", "usd", "as_of")
    return by_key(
        Price(service, item, unit, region, float(usd), as_of) for service, item, unit, region, usd, as_of in rows
    )


def by_key(prices: Iterable[Price]) -> Mapping[Key, Price]:
    return {(price.service, price.item, price.region): price for price in prices}


def keep(prices: Iterable[Price]) -> int:
    """Write what was read from AWS over what is there; how many. This process knows them at once."""
    rows = [
        models.Price(
            service=each.service, item=each.item, region=each.region, unit=each.unit, usd=each.usd, as_of=each.as_of
        )
        for each in by_key(prices).values()
    ]
    unique = ["service", "item", "region"] if connection.features.supports_update_conflicts_with_target else None
    models.Price.objects.bulk_create(
        rows, BATCH, update_conflicts=True, update_fields=["unit", "usd", "as_of"], unique_fields=unique
    )
    read.cache_clear()
    return len(rows)
