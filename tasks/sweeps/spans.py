"""Spans of time as a person says them."""

from opsportal.words import gettext as _


def about(hours: float) -> str:
    """A span to the precision that matters: 50 min, 3.5 h, 12 h, 9 d."""
    if hours < 1.5:
        return _("{n} min").format(n=max(0, round(hours * 60)))
    if hours < 10:
        return _("{n} h").format(n=f"{hours:.1f}".removesuffix(".0"))
    return _("{n} h").format(n=round(hours)) if hours < 48 else _("{n} d").format(n=round(hours / 24))
