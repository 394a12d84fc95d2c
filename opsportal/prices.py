"""What AWS lists as prices: the table that is shipped, and the rows read since, which go before it."""

import csv
from functools import lru_cache
from pathlib import Path

from .checks import Price
from .models import Price as Row

SHIPPED = Path(__file__).with_name("prices.csv")
EVERYWHERE = "*"
Key = tuple[str, str, str]


def price(service: str, item: str, region: str) -> Price | None:
    """The list price in this region, or one that holds in all; None: no figure is known."""
    for where in (region, EVERYWHERE):
        row = Row.objects.filter(service=service, item=item, region=where).first()
        if row:
            return Price(service, item, row.unit, where, float(row.usd), row.as_of)
        if found := shipped().get((service, item, where)):
            return found
    return None


@lru_cache(maxsize=1)
def shipped() -> dict[Key, Price]:
    """The table in opsportal/prices.csv, by service, item and region."""
    with SHIPPED.open(newline="") as file:
        return {(row["service"], row["item"], row["region"]): listed(row) for row in csv.DictReader(file)}


def listed(row: dict[str, str]) -> Price:
    """A line of the table; what was only recalled is an estimate."""
    place = (row["service"], row["item"], row["unit"], row["region"])
    return Price(*place, float(row["usd"]), row["as_of"], row["confidence"] == "sourced")
