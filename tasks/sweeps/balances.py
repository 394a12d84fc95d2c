"""A balance of burst credits, followed to the hour at which it is used up."""

from collections.abc import Sequence
from datetime import datetime

from .metrics import Series


def slope(times: Sequence[datetime], values: Sequence[float]) -> float | None:
    """How the values change an hour, by least squares; None: fewer than three points say nothing."""
    if len(values) < 3:
        return None
    hours = [(time - times[0]).total_seconds() / 3600 for time in times]
    middle, mean = sum(hours) / len(hours), sum(values) / len(values)
    spread = sum((hour - middle) ** 2 for hour in hours)
    pairs = zip(hours, values, strict=True)
    return sum((hour - middle) * (value - mean) for hour, value in pairs) / spread if spread else None


def hours_to_zero(balance: Series, points: int) -> float | None:
    """When the balance reaches zero as it went over its last `points`; None: it does not fall, or is not known."""
    if balance.latest is None:
        return None
    if balance.latest <= 0:
        return 0.0
    falling = slope(balance.times[-points:], balance.values[-points:])
    return balance.latest / -falling if falling and falling < 0 else None
