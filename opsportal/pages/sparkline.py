"""A row of numbers as a small line, drawn without a style: a strict policy refuses those."""

from collections.abc import Sequence
from math import isfinite
from typing import Any

WIDTH, HEIGHT, EDGE = 96.0, 24.0, 1.0


def numbers(value: Any, least: int = 2, most: int = 500) -> list[float]:
    """The numbers of a JSON list; empty: it is no list of numbers, or holds too few or too many of them."""
    if not isinstance(value, list) or not least <= len(value) <= most:
        return []
    fit = all(isinstance(each, int | float) and not isinstance(each, bool) for each in value)
    try:
        found = [float(each) for each in value] if fit else []
    except OverflowError:
        return []
    return found if all(map(isfinite, found)) else []


def path(points: Sequence[float]) -> str:
    """What an SVG path of 96 × 24 draws: the first number left, the highest on top, a constant one in the middle."""
    if len(points) < 2:
        return ""
    low, high = min(points), max(points)
    step, height = WIDTH / (len(points) - 1), HEIGHT - 2 * EDGE
    levels = [EDGE + height * ((high - each) / (high - low) if high > low else 0.5) for each in points]
    return "M" + "L".join(f"{number * step:.1f} {level:.1f}" for number, level in enumerate(levels))
