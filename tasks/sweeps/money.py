"""What things cost: USD a month by list prices. Pure; where a price is missing the cost is None, never a guess."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from opsportal.checks import Price

HOURS_A_MONTH = 730  # as AWS reckons it. AWS docs: AWS Pricing Calculator, "hours in a month"
ENGINES = {"postgres": "postgresql", "mysql": "mysql", "mariadb": "mariadb"}
PriceOf = Callable[[str, str], Price | None]  # service and item, in the region that is swept


@dataclass(frozen=True)
class Cost:
    """USD a month and the list price that most of it was reckoned with; None: not known."""

    usd: float | None = None
    price: Price | None = None


def monthly(price: Price | None, amount: float) -> Cost:
    """So many units of what is priced by the month."""
    return Cost() if price is None else Cost(price.usd * amount, price)


def hourly(price: Price | None, count: float = 1) -> Cost:
    """So many units of what is priced by the hour, for all hours of a month."""
    return monthly(price, HOURS_A_MONTH * count)


def total(costs: Iterable[Cost]) -> Cost:
    """The sum with the price of its dearest part, an estimate if a part is one; not known if a part is not known."""
    usd, dearest, sourced = 0.0, Cost(0.0), True
    for cost in costs:
        if cost.usd is None:
            return Cost()
        usd, sourced = usd + cost.usd, sourced and (cost.price is None or cost.price.sourced)
        dearest = cost if dearest.price is None or cost.usd > (dearest.usd or 0) else dearest
    return Cost(usd, dearest.price and replace(dearest.price, sourced=sourced))


def saving(now: Cost, then: Cost) -> Cost:
    """What is saved when this becomes that, told with today's price."""
    if now.usd is None or then.usd is None or now.price is None:
        return Cost()
    estimate = then.price is not None and not then.price.sourced
    return Cost(now.usd - then.usd, replace(now.price, sourced=now.price.sourced and not estimate))


def share(cost: Cost, part: float) -> Cost:
    """This part of it, 0..1."""
    return Cost(None if cost.usd is None else cost.usd * part, cost.price)


def volume(of: PriceOf, kind: str, gib: float, iops: int = 0, throughput: int = 0) -> Cost:
    """An EBS volume; `iops` and `throughput` (MiB/s) as provisioned. Magnetic volumes' charge by request is left out.

    AWS docs: Amazon EBS pricing.
    """
    return total(monthly(of("ebs", item), amount) for item, amount in volume_parts(kind, gib, iops, throughput))


def volume_parts(kind: str, gib: float, iops: int, throughput: int) -> list[tuple[str, float]]:
    """The priced items of a volume, and how much of each: gp3 has 3,000 IOPS and 125 MiB/s free, io2 has tiers."""
    parts: list[tuple[str, float]] = [(f"{kind}.storage", gib)]
    if kind == "gp3":
        parts += [("gp3.iops-over-3000", iops - 3000), ("gp3.throughput-over-125", throughput - 125)]
    if kind == "io1":
        parts += [("io1.iops", iops)]
    if kind == "io2":
        parts += [
            ("io2.iops-to-32000", min(iops, 32000)),
            ("io2.iops-32001-64000", min(iops, 64000) - 32000),
            ("io2.iops-over-64000", iops - 64000),
        ]
    return [(item, amount) for item, amount in parts if amount > 0]


def snapshot(of: PriceOf, gib: float, archived: bool = False) -> Cost:
    """At most this much: AWS charges for the blocks kept, and those of snapshots of one volume are kept once.

    `gib`: the full size of the volume or of its written blocks. AWS docs: Amazon EBS snapshots, How snapshots work.
    """
    return monthly(of("ebs", "snapshot.archive" if archived else "snapshot.standard"), gib)


def address(of: PriceOf, count: int = 1) -> Cost:
    """Public IPv4 addresses, in use or idle. AWS docs: Amazon VPC pricing, Public IPv4 addresses."""
    return hourly(of("vpc", "public-ipv4.in-use-or-idle"), count)


def database(of: PriceOf, kind: str, engine: str, multi_az: bool) -> Cost:
    """The hours of an RDS instance without its storage; a second zone's is reckoned as the same again, an estimate."""
    if engine not in ENGINES:
        return Cost()
    return zones(hourly(of("rds", f"{kind}.{ENGINES[engine]}.single-az")), multi_az)


def database_storage(of: PriceOf, kind: str, gib: float, multi_az: bool) -> Cost:
    """The storage of an RDS instance; known for gp2 and gp3 without IOPS or throughput bought on top."""
    return zones(monthly(of("rds", f"storage.{kind}.single-az"), gib), multi_az)


def zones(cost: Cost, multi_az: bool) -> Cost:
    """Twice as much in two zones: AWS's own figures differ from that by less than 1 %, so it is an estimate."""
    if not multi_az or cost.usd is None or cost.price is None:
        return cost
    return Cost(cost.usd * 2, replace(cost.price, sourced=False))
