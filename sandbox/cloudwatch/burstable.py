"""Credits of burstable instances and volumes as formulas.

EC2 User Guide: Key concepts for burstable performance instances; Unlimited mode concepts. EBS User Guide: General
Purpose SSD volumes (I/O credits and burst performance).
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

HOUR = 3600
VOLUME_CREDITS = 5_400_000.0
NOTHING = 1e-6  # of a credit

Reading = Literal["load", "usage", "balance", "surplus", "charged", "percent", "operations"]

Sizes = dict[str, tuple[float, int]]  # credits an hour, vCPUs
T2: Sizes = {
    "nano": (3, 1),
    "micro": (6, 1),
    "small": (12, 1),
    "medium": (24, 2),
    "large": (36, 2),
    "xlarge": (54, 4),
    "2xlarge": (81.6, 8),
}
T3: Sizes = {
    "nano": (6, 2),
    "micro": (12, 2),
    "small": (24, 2),
    "medium": (24, 2),
    "large": (36, 2),
    "xlarge": (96, 4),
    "2xlarge": (192, 8),
}
FAMILIES: dict[str, Sizes] = {"t2": T2, "t3": T3, "t3a": T3, "t4g": T3}


@dataclass(frozen=True)
class Bucket:
    """`earned` credits a second up to `most`; one unit of load spends `spent` credits a second."""

    earned: float
    most: float
    spent: float
    unlimited: bool = False

    @property
    def baseline(self) -> float:
        """The load that spends what is earned."""
        return self.earned / self.spent


def of_type(instance_type: str, unlimited: bool) -> Bucket:
    """`t3.micro`, `db.t3.micro` or `cache.t3.micro`, loaded in percent; raises LookupError for one without credits."""
    family, _, size = instance_type.removeprefix("db.").removeprefix("cache.").partition(".")
    hourly, vcpus = FAMILIES[family][size]
    return Bucket(hourly / HOUR, hourly * 24, vcpus / 100 / 60, unlimited)


def of_volume(gigabytes: int) -> Bucket:
    """A gp2 volume, loaded in operations a second."""
    return Bucket(float(max(100, 3 * gigabytes)), VOLUME_CREDITS, 1.0)


@dataclass(frozen=True)
class Phase:
    """A stretch of time in which everything grows evenly: rates are credits a second."""

    at: float
    load: float
    balance: float
    surplus: float
    balance_rate: float = 0.0
    surplus_rate: float = 0.0
    charged_rate: float = 0.0
    lasts: float = math.inf

    def after(self, seconds: float) -> tuple[float, float]:
        return self.balance + self.balance_rate * seconds, self.surplus + self.surplus_rate * seconds


# of a bucket, its phase, the seconds since that began and the metric's period
READINGS: dict[Reading, Callable[[Bucket, Phase, float, int], float]] = {
    "load": lambda bucket, now, since, period: now.load,
    "usage": lambda bucket, now, since, period: now.load * bucket.spent * period,
    "balance": lambda bucket, now, since, period: now.after(since)[0],
    "surplus": lambda bucket, now, since, period: now.after(since)[1],
    "charged": lambda bucket, now, since, period: now.charged_rate * period,
    "percent": lambda bucket, now, since, period: 100 * now.after(since)[0] / bucket.most,
    "operations": lambda bucket, now, since, period: now.load * period,
}


def phase(bucket: Bucket, at: float, load: float, balance: float, surplus: float) -> Phase:
    """What happens from here on under a steady load, until something runs out or is full."""
    net = bucket.earned - load * bucket.spent
    state = (at, load, balance, surplus)
    if net >= 0 and surplus > NOTHING:
        return Phase(*state, surplus_rate=-net, lasts=surplus / net if net else math.inf)
    if net >= 0:
        room = bucket.most - balance
        full = room <= NOTHING or net == 0
        return Phase(*state) if full else Phase(*state, balance_rate=net, lasts=room / net)
    if balance > NOTHING:
        return Phase(*state, balance_rate=net, lasts=balance / -net)
    if not bucket.unlimited:
        return Phase(at, bucket.baseline, 0.0, 0.0)
    room = bucket.most - surplus
    return Phase(*state, surplus_rate=-net, lasts=room / -net) if room > NOTHING else Phase(*state, charged_rate=-net)


def phases(bucket: Bucket, loads: tuple[tuple[float, float], ...], balance: float) -> Iterator[Phase]:
    """All of them in order; `loads` are (seconds since the epoch, load), ascending."""
    surplus = 0.0
    ends = [at for at, _ in loads[1:]] + [math.inf]
    for (at, load), end in zip(loads, ends, strict=True):
        while at < end:
            found = phase(bucket, at, load, balance, surplus)
            yield found
            lasts = min(found.lasts, end - at)
            at += lasts
            if lasts < math.inf:
                balance, surplus = found.after(lasts)


@dataclass(frozen=True)
class Credits:
    """One metric of a bucket under its loads."""

    bucket: Bucket
    loads: tuple[tuple[float, float], ...]
    reading: Reading
    balance: float = 0.0

    def values(self, start: int, count: int, step: int) -> list[float | None]:
        rest = phases(self.bucket, self.loads, self.balance)
        read = READINGS[self.reading]
        current: Phase | None = None
        following: Phase | None = next(rest)
        found: list[float | None] = []
        for moment in range(start, start + count * step, step):
            while following is not None and following.at <= moment:
                current, following = following, next(rest, None)
            found.append(None if current is None else max(read(self.bucket, current, moment - current.at, step), 0.0))
        return found
