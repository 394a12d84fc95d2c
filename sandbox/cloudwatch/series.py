"""Metrics as formulas of time: nothing is kept point by point, and every reading gives the same."""

import math
import random
import zlib
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

DAY = 86_400
_random = random.Random(20_110_517)
UNIFORM = [_random.random() for _ in range(4096)]  # one table for all: a seed and a moment choose the place in it


class Source(Protocol):
    """`values` gives a value for each step from `start`, None where nothing was reported."""

    def values(self, start: int, count: int, step: int) -> list[float | None]: ...


def seed_of(*parts: str) -> int:
    return zlib.crc32("/".join(parts).encode())


def uniform(seed: int, moment: int) -> float:
    """A number from 0 to 1 that this moment always has."""
    return UNIFORM[(seed ^ moment * 2_654_435_761 >> 7) & 4095]


@dataclass(frozen=True)
class Series:
    """Levels that hold from a moment on, with a daily wave, noise and gaps.

    `levels`: (seconds since the epoch, value or None for nothing), ascending. `swing` and `noise` are what is added at
    most; `gaps` the share of periods in which nothing is reported. `low` and `high` bound what comes out.
    """

    levels: tuple[tuple[float, float | None], ...]
    swing: float = 0.0
    noise: float = 0.0
    gaps: float = 0.0
    seed: int = 0
    low: float = 0.0
    high: float = math.inf

    def values(self, start: int, count: int, step: int) -> list[float | None]:
        moments = range(start, start + count * step, step)
        return [self._value(level, moment) for level, moment in zip(self._levels(moments), moments, strict=True)]

    def _levels(self, moments: range) -> Iterator[float | None]:
        current, rest = None, deque(self.levels)
        for moment in moments:
            while rest and rest[0][0] <= moment:
                current = rest.popleft()[1]
            yield current

    def _value(self, level: float | None, moment: int) -> float | None:
        if level is None or (self.gaps and uniform(self.seed + 1, moment) < self.gaps):
            return None
        if self.swing:
            level += self.swing * math.sin(2 * math.pi * moment / DAY)
        if self.noise:
            level += self.noise * (2 * uniform(self.seed, moment) - 1)
        return min(max(level, self.low), self.high)
