"""Durations as people say them; the page's script says them the same way, but without tenths."""

from django.utils.translation import gettext as _


def words(seconds: float) -> str:
    """Such as 48 s, 3 min 12 s, 24 min, 3 h 58 min or 2 d 4 h: two units at most."""
    whole = max(0, round(seconds))
    minutes, rest = divmod(whole, 60)
    hours, minutes_left = divmod(minutes, 60)
    if seconds < 9.95:
        return _("%(s)s s") % {"s": f"{max(0, seconds):.1f}".removesuffix(".0")}
    if minutes < 1:
        return _("%(s)d s") % {"s": whole}
    if minutes < 10 and rest:
        return _("%(min)d min %(s)d s") % {"min": minutes, "s": rest}
    if hours < 1:
        return _("%(min)d min") % {"min": minutes}
    return longer(hours, minutes_left)


def longer(hours: int, minutes: int) -> str:
    """The same from an hour on."""
    if hours < 24:
        text = _("%(h)d h %(min)d min") if minutes else _("%(h)d h")
        return text % {"h": hours, "min": minutes}
    text = _("%(d)d d %(h)d h") if hours % 24 else _("%(d)d d")
    return text % {"d": hours // 24, "h": hours % 24}


def clock(seconds: float) -> str:
    """Such as 0:48, 9:18 or 1:02:03."""
    minutes, rest = divmod(max(0, round(seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def ago(seconds: float) -> str:
    """Such as 36 s ago or 9 min ago: one unit."""
    whole = max(0, round(seconds))
    if whole < 60:
        return _("%(n)d s ago") % {"n": whole}
    if whole < 3600:
        return _("%(n)d min ago") % {"n": whole // 60}
    if whole < 86400:
        return _("%(n)d h ago") % {"n": whole // 3600}
    return _("%(n)d d ago") % {"n": whole // 86400}


def rough(seconds: float) -> str:
    """Such as 36 s, 9 min, 3 h or 19 d: one unit."""
    whole = max(0, round(seconds))
    if whole < 60:
        return _("%(s)d s") % {"s": whole}
    if whole < 3600:
        return _("%(min)d min") % {"min": whole // 60}
    return longer(whole // 3600, 0) if whole < 86400 else longer(whole // 86400 * 24, 0)
