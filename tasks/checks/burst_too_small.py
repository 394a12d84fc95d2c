"""Burstable instances that need more CPU than their type earns: the mean of a week lies above the baseline.

In standard mode such an instance is slow for most of the day; in unlimited mode its surplus is charged, and the finding
has USD a month. A type that carries the mean for less is named: another size of the family, or one that is not
burstable, with at least as many vCPUs and as much memory and the same processor.

AWS docs: Key concepts for burstable performance instances; Unlimited mode for burstable performance instances (when to
use unlimited mode versus fixed CPU); Amazon EC2 instance types.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pydantic import BaseModel, Field

from opsportal.checks import Check, Found, Price, Read, Reader
from opsportal.words import gettext as _
from opsportal.words import gettext_noop
from tasks.sweeps import burstables, instances, metrics, money, resources, tags
from tasks.sweeps.burstables import Burst
from tasks.sweeps.filters import filters
from tasks.sweeps.metrics import HOUR, Metric, Series, measured
from tasks.sweeps.money import Cost
from tasks.sweeps.resources import Resource
from tasks.sweeps.spans import about

FIXED = [
    f"{family}.{size}"
    for family in ("m5", "m6i", "m7g", "c5", "c6i", "r5", "r6i")
    for size in ("large", "xlarge", "2xlarge", "4xlarge")
]
TYPES = Read("ec2", "describe_instance_types", {"Filters": filters(instance_type=[*burstables.TYPES, *FIXED])})


class Limits(BaseModel):
    days: int = Field(
        7, ge=1, le=30, title=gettext_noop("Days"), description=gettext_noop("The mean of this many days counts.")
    )
    share: int = Field(
        100,
        ge=50,
        le=200,
        title=gettext_noop("Share of the baseline, in %"),
        description=gettext_noop("An instance is found when its mean is above this share of the baseline."),
    )
    hours: int = Field(
        24,
        ge=1,
        le=720,
        title=gettext_noop("Hours that have to be known"),
        description=gettext_noop(
            "With figures of fewer hours, whether the type is large enough is said not to be known."
        ),
    )


@dataclass(frozen=True)
class Size:
    """An instance type: vCPUs, MiB of memory, processors, and the mean CPU in % of each vCPU it carries for ever."""

    name: str
    vcpus: int
    memory: int
    processors: tuple[str, ...]
    carries: float
    price: Price | None = None

    @property
    def month(self) -> float | None:
        """USD a month; None: its price here is not known."""
        return money.hourly(self.price).usd


@dataclass(frozen=True)
class Facts:
    """`cpu`: hourly means in %. `surplus`: the price of a vCPU-hour above the baseline. `others`: cheapest first."""

    resource: Resource
    size: Size
    unlimited: bool
    cpu: Series
    launched: datetime
    surplus: Price | None = None
    others: tuple[Size, ...] = ()


def gather(reader: Reader, limits: Limits) -> Iterator[Facts]:
    sizes = [size(reader, each) for page in reader.pages(TYPES) for each in page["InstanceTypes"]]
    known, unlimited = {each.name: each for each in sizes}, burstables.unlimited(reader)
    wanted = ((each, (cpu(each["InstanceId"]),)) for each in burstables.running(reader))
    for instance, (series,) in measured(reader, wanted, reader.now - timedelta(days=limits.days)):
        kind, held = instance["InstanceType"], tags.plain(instance.get("Tags"))
        mine = known.get(kind) or Size(kind, _burst(kind).vcpus, 0, (), _burst(kind).baseline)
        surplus = reader.price("ec2", f"{kind.partition('.')[0]}.unlimited-surplus.linux")
        linux = instances.is_linux(instance)  # the prices are Linux's
        yield Facts(
            resource=Resource(instance["InstanceId"], reader.now, tags.name(held), held),
            size=mine,
            unlimited=instance["InstanceId"] in unlimited,
            cpu=series,
            launched=instance["LaunchTime"],
            surplus=surplus if linux else None,
            others=larger(mine, sizes) if linux else (),
        )


def cpu(instance: str) -> Metric:
    return Metric("AWS/EC2", "CPUUtilization", {"InstanceId": instance}, period=HOUR)


def size(reader: Reader, told: Mapping[str, Any]) -> Size:
    """A type as EC2 describes it, with its price here."""
    name, vcpus = told["InstanceType"], told["VCpuInfo"]["DefaultVCpus"]
    burst, memory = burstables.burst(name), told["MemoryInfo"]["SizeInMiB"]
    processors = tuple(told.get("ProcessorInfo", {}).get("SupportedArchitectures", ()))
    return Size(name, vcpus, memory, processors, burst.baseline if burst else 100.0, reader.price("ec2", name))


def _burst(kind: str) -> Burst:
    return burstables.burst(kind) or Burst(0, 1, 100)


def larger(size: Size, sizes: Sequence[Size]) -> tuple[Size, ...]:
    """The priced types that could take its place, cheapest first."""
    fitting = [
        (each.price.usd, each.name, each)
        for each in sizes
        if each.price and each.name != size.name and each.vcpus >= size.vcpus and each.memory >= size.memory
        if set(size.processors) & {"x86_64", "arm64"} & set(each.processors)
    ]
    return tuple(each for _, _, each in sorted(fitting, key=lambda one: one[:2]))


def judge(facts: Facts, limits: Limits) -> Found | None:
    known = len(facts.cpu.values)
    if known < min(limits.hours, limits.days * 24):
        return None if is_young(facts, limits) else found(facts, unknown(facts, limits), _("Sweep again later."), None)
    mean = sum(facts.cpu.values) / known
    if mean <= facts.size.carries * limits.share / 100:
        return None
    return found(facts, detail(facts, mean, limits), advice(facts, mean), usd(facts, mean), mean=round(mean, 1))


def is_young(facts: Facts, limits: Limits) -> bool:
    return (facts.resource.read_at - facts.launched).total_seconds() < (limits.hours + 2) * 3600


def unknown(facts: Facts, limits: Limits) -> str:
    text = _("Whether {size} is large enough is not known: CloudWatch has CPU figures of {n} hours of the last {span}.")
    return text.format(size=facts.size.name, n=len(facts.cpu.values), span=about(limits.days * 24))


def usd(facts: Facts, mean: float) -> float | None:
    """Surplus of a month in USD. One vCPU-hour is 60 credits."""
    if not facts.unlimited or facts.surplus is None:
        return None
    return max(0.0, (mean - facts.size.carries) / 100 * facts.size.vcpus * money.HOURS_A_MONTH * facts.surplus.usd)


def detail(facts: Facts, mean: float, limits: Limits) -> str:
    text = _("The mean CPU of {days} days is {mean} %, above the {baseline} % that {size} earns. {so}")
    figures = {"days": limits.days, "mean": f"{mean:.0f}", "baseline": f"{facts.size.carries:g}"}
    return text.format(**figures, size=facts.size.name, so=consequence(facts, mean))


def consequence(facts: Facts, mean: float) -> str:
    cost = usd(facts, mean)
    if not facts.unlimited:
        return _("It is held at the baseline whenever its credits are used up.")
    if cost is None or facts.surplus is None:
        return _("The surplus is charged; its price here is not known.")
    text = _("The surplus costs about {usd} USD a month, at {price} USD a vCPU-hour.")
    return text.format(usd=f"{cost:.2f}", price=f"{facts.surplus.usd:g}")


def better(facts: Facts, mean: float) -> Size | None:
    """The cheapest type that carries this mean, when the instance costs more with its surplus, or is held back."""
    need = mean / 100 * facts.size.vcpus
    fits = next((each for each in facts.others if each.carries / 100 * each.vcpus >= need), None)
    if not fits or fits.month is None or facts.size.month is None or not facts.unlimited:
        return fits
    return fits if fits.month < facts.size.month + (usd(facts, mean) or 0) else None


def advice(facts: Facts, mean: float) -> str:
    fits = better(facts, mean)
    if fits and fits.month is not None:
        text = _("Take {size}, which carries {mean} % for {usd} USD a month.")
        return text.format(size=fits.name, mean=f"{mean:.0f}", usd=f"{fits.month:.2f}")
    if facts.unlimited and facts.others:
        return _("No type known here is cheaper than this one with its surplus. Find what uses the CPU.")
    return _("Find what uses the CPU, or take a larger type. No price of one is known here.")


def found(facts: Facts, detail: str, advice: str, usd: float | None, mean: float | None = None) -> Found:
    return resources.found(
        facts.resource,
        detail=detail,
        advice=advice,
        severity="low" if mean is None else "medium" if facts.unlimited else None,
        cost=Cost() if usd is None else Cost(usd, facts.surplus),
        size=facts.size.name,
        unlimited=facts.unlimited,
        mean=mean,
    )


CHECK = Check(
    name="burst-too-small",
    title=gettext_noop("Burstable type too small"),
    summary=gettext_noop("The mean CPU of an instance is above what its burstable type earns."),
    group="reliability",
    severity="high",
    limits=Limits,
    gather=gather,
    judge=judge,
    reads=(burstables.RUNNING, burstables.UNLIMITED, TYPES),
    permissions=(
        *metrics.PERMISSIONS,
        "ec2:DescribeInstanceCreditSpecifications",
        "ec2:DescribeInstanceTypes",
        "ec2:DescribeInstances",
    ),
    guide=__doc__ or "",
)
