"""CPU and I/O burst credits that run out soon: what they carry slows down to its baseline without any other warning.

The balance of the last four hours is followed along its slope to zero, for burstable EC2 instances, databases and cache
nodes (CPUCreditBalance) and for gp2, st1 and sc1 volumes (BurstBalance). In standard mode an instance at zero is held
at its baseline. In unlimited mode it spends surplus credits, and those above one day's earning are charged: then the
finding has USD a month, reckoned from what was charged in these hours. A new instance starts with few credits or none,
so its first half hour is not judged. A volume reports its balance only while it is active: one without any spends none.

EC2 instances are asked for surplus credits only when their balance has been at zero, because surplus is not spent
before: 500 instances cost eight calls.

AWS docs: Monitor your CPU credits for burstable instances; Unlimited mode for burstable performance instances; Amazon
EBS General Purpose SSD volumes; Amazon CloudWatch metrics for Amazon RDS; Metrics for Redis OSS and Valkey; Supported
node types (ElastiCache).
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from pydantic import BaseModel, Field

from opsportal.checks import Check, Found, Price, Reader, Severity
from opsportal.words import gettext as _
from opsportal.words import gettext_noop
from tasks.sweeps import balances, burstables, credit_holders, metrics, money, resources
from tasks.sweeps.credit_holders import Holder
from tasks.sweeps.metrics import Metric, Series, measured
from tasks.sweeps.money import Cost
from tasks.sweeps.spans import about

HOURS = 4.0  # of which the balance is read: 48 points of five minutes
EMPTY = 1.0  # credits, or % of a volume's: no more than that is as good as none


class Limits(BaseModel):
    hours: float = Field(
        4.0,
        ge=0.5,
        le=24,
        title=gettext_noop("Hours to zero"),
        description=gettext_noop("Found when the balance reaches zero in fewer hours than this."),
    )
    slope_minutes: int = Field(
        60,
        ge=15,
        le=240,
        title=gettext_noop("Minutes of the slope"),
        description=gettext_noop("The slope of the last minutes, this many, is followed to zero."),
    )
    young_minutes: int = Field(
        30,
        ge=0,
        le=1440,
        title=gettext_noop("Minutes of grace"),
        description=gettext_noop("A new instance is not judged for this long: it starts with few credits or none."),
    )


@dataclass(frozen=True)
class Facts:
    """`surplus`: credits borrowed; `charged`: those charged in each five minutes; None: not asked for. `price`: of one
    vCPU-hour of surplus credits."""

    holder: Holder
    balance: Series
    surplus: Series | None = None
    charged: Series | None = None
    price: Price | None = None


def gather(reader: Reader, limits: Limits) -> Iterator[Facts]:
    unlimited: set[str] | None = None
    falling: list[tuple[Facts, tuple[Metric, ...]]] = []
    since = reader.now - timedelta(hours=HOURS)
    held = ((each, each[1:]) for each in credit_holders.holders(reader))
    for (holder, metric), (balance,) in measured(reader, held, since):
        if not is_falling(balance, limits) or holder.kind in ("node", "volume"):
            yield Facts(holder, balance)
            continue
        if holder.kind == "instance":
            unlimited = burstables.unlimited(reader) if unlimited is None else unlimited
            holder = replace(holder, unlimited=holder.resource.id in unlimited)
        falling.append((Facts(holder, balance), surplus_of(metric) if min(balance.values) <= EMPTY else ()))
    for facts, series in measured(reader, falling, since):
        surplus, charged = series or (None, None)
        yield replace(facts, surplus=surplus, charged=charged, price=price(reader, facts.holder))


def is_falling(balance: Series, limits: Limits) -> bool:
    """Whether it was used up within these hours or will be soon."""
    hours = balances.hours_to_zero(balance, limits.slope_minutes // 5)
    return bool(balance.values) and (min(balance.values) <= EMPTY or (hours is not None and hours < limits.hours))


def surplus_of(balance: Metric) -> tuple[Metric, ...]:
    place = balance.dimensions
    return (
        Metric(balance.namespace, "CPUSurplusCreditBalance", place),
        Metric(balance.namespace, "CPUSurplusCreditsCharged", place, "Sum"),
    )


def price(reader: Reader, holder: Holder) -> Price | None:
    """What a vCPU-hour of surplus costs on Linux; for Windows and for databases no figure is known."""
    family = holder.size.partition(".")[0]
    known = holder.kind == "instance" and holder.linux
    return reader.price("ec2", f"{family}.unlimited-surplus.linux") if known else None


def judge(facts: Facts, limits: Limits) -> Found | None:
    if is_young(facts.holder, limits):
        return None
    if facts.balance.latest is None:
        if facts.holder.kind == "volume" and facts.balance.whole:
            return None
        return found(facts, unknown(facts), _("See whether the instance answers at all, and sweep again."), "low")
    if facts.charged and sum(facts.charged.values) > 0:
        return surplus_charged(facts)
    hours = balances.hours_to_zero(facts.balance, limits.slope_minutes // 5)
    if facts.balance.latest <= EMPTY:
        return used_up(facts)
    if hours is None or hours >= limits.hours:
        return None
    severity: Severity | None = "low" if facts.holder.unlimited else None
    return found(facts, runs_out(facts, hours), advice(facts.holder), severity, hours_to_zero=round(hours, 2))


def is_young(holder: Holder, limits: Limits) -> bool:
    return holder.since is not None and holder.resource.read_at - holder.since < timedelta(minutes=limits.young_minutes)


def unknown(facts: Facts) -> str:
    what = "BurstBalance" if facts.holder.kind == "volume" else "CPUCreditBalance"
    text = _("Its credits are not known: CloudWatch has no {metric} of the last {span}.")
    return text.format(metric=what, span=about(HOURS))


def runs_out(facts: Facts, hours: float) -> str:
    at = (facts.holder.resource.read_at + timedelta(hours=hours)).strftime("%H:%M")
    text = _("CPU credits run out in about {span}, at {at} UTC. {then}")
    if facts.holder.kind == "volume":
        text = _("I/O burst credits run out in about {span}, at {at} UTC. {then}")
    return text.format(span=about(hours), at=at, then=afterwards(facts.holder))


def afterwards(holder: Holder) -> str:
    """What comes at zero."""
    if holder.kind == "volume":
        return _("Then the volume is held at its baseline ({size}).").format(size=holder.size)
    if holder.unlimited:
        return _("Then surplus credits are spent, and charged above one day's earning.")
    baseline = f"{holder.burst.baseline:g}" if holder.burst else "?"
    return _("Then {size} is held at {baseline} % of each vCPU.").format(size=holder.size, baseline=baseline)


def used_up(facts: Facts) -> Found:
    borrowed = facts.surplus.latest if facts.surplus else None
    if facts.holder.unlimited:
        most = facts.holder.burst.most if facts.holder.burst else 0
        text = _("CPU credits are used up and {n} surplus credits are borrowed; above {most} they are charged.")
        detail = text.format(n="?" if borrowed is None else round(borrowed), most=round(most))
        return found(facts, detail, advice(facts.holder), "low", hours_to_zero=0.0)
    first = _("I/O burst credits are used up.") if facts.holder.kind == "volume" else _("CPU credits are used up.")
    detail = f"{first} {afterwards(facts.holder)}"
    return found(facts, detail, advice(facts.holder), "critical", hours_to_zero=0.0)


def surplus_charged(facts: Facts) -> Found:
    """What was charged in the hours read, as if it went on for a month; 60 credits are a vCPU-hour."""
    charged = sum(facts.charged.values) if facts.charged else 0.0
    figures = {"n": round(charged), "span": about(HOURS)}
    if facts.price is None:
        text = _("{n} surplus CPU credits were charged in {span}. Their price here is not known.")
        return found(facts, text.format(**figures), advice(facts.holder), "medium", hours_to_zero=0.0)
    usd = charged / 60 / HOURS * money.HOURS_A_MONTH * facts.price.usd
    text = _(
        "Surplus CPU credits cost about {usd} USD a month, at {price} USD a vCPU-hour: {n} were charged in {span}."
    )
    detail = text.format(usd=f"{usd:.2f}", price=f"{facts.price.usd:g}", **figures)
    return found(facts, detail, advice(facts.holder), "medium", usd=usd, hours_to_zero=0.0)


def advice(holder: Holder) -> str:
    if holder.kind == "volume":
        return _("Change the volume to gp3, which needs no credits, or make it larger.")
    if holder.kind == "instance":
        return _("Find what uses the CPU. If it is meant to, choose a larger type, or one that is not burstable.")
    return _("Find what uses the CPU. If it is meant to, choose a larger class, or one that is not burstable.")


def found(
    facts: Facts, detail: str, advice: str, severity: Severity | None = None, usd: float | None = None, **more: Any
) -> Found:
    holder = facts.holder
    return resources.found(
        holder.resource,
        detail=detail,
        advice=advice,
        severity=severity,
        cost=Cost() if usd is None else Cost(usd, facts.price),
        kind=holder.kind,
        size=holder.size,
        unlimited=holder.unlimited,
        balance=[round(value, 2) for value in facts.balance.values[-48:]],
        **more,
    )


CHECK = Check(
    name="credits-run-out",
    title=gettext_noop("Credits run out"),
    summary=gettext_noop("CPU or I/O burst credits reach zero within hours, or surplus credits are charged."),
    group="reliability",
    severity="high",
    limits=Limits,
    gather=gather,
    judge=judge,
    reads=credit_holders.READS,
    permissions=(
        *metrics.PERMISSIONS,
        "ec2:DescribeInstanceCreditSpecifications",
        "ec2:DescribeInstances",
        "ec2:DescribeVolumes",
        "elasticache:DescribeCacheClusters",
        "rds:DescribeDBInstances",
    ),
    guide=__doc__ or "",
)
