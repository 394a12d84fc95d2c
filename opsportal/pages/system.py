"""How opsportal itself is: a card of the home page that is read apart, so that what is ill hides nothing else."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import inf

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from .. import health, rights
from ..health import observing
from . import durations

OK, WARN, BAD = ("ok", "check_circle"), ("ask", "warning"), ("bad", "error")


@dataclass(frozen=True)
class Part:
    """One line of the card: what, how it is, and its colour and icon."""

    name: str
    state: str
    look: tuple[str, str]


@never_cache
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """The card as HTML."""
    rights.require_view(request.user)
    seen = observing.facts()
    ills = health.ills(seen)
    return render(request, "opsportal/system.html", {"parts": list(parts(seen, ills)), "ills": ills})


def parts(seen: health.Facts, ills: list[health.Ill]) -> Iterator[Part]:
    """Every part with how it is, whether well or not."""
    looks = {ill.what: BAD if ill.severity == health.CRITICAL else WARN for ill in ills}
    workers = ngettext("{n} alive", "{n} alive", seen.workers or 0).format(n=seen.workers)
    lines = (
        (_("Workers"), _("not known") if seen.workers is None else workers, ("workers",)),
        (_("Queue"), waited(seen.due), ("queue",)),
        (_("Pump"), ago(seen.pump), ("pump",)),
        (_("Beat"), ago(seen.beat), ("beat",)),
        (_("Policies"), late(seen.policies), ("policies",)),
        (_("Redis"), took(seen.redis), ("redis",)),
        (_("Database"), took(seen.database), ("database", "database_slow", "migrations", "clock")),
    )
    for name, state, about in lines:
        look = next((looks[what] for what in about if what in looks), OK)
        yield Part(name, state, look)


def took(seconds: float | None) -> str:
    return _("does not answer") if seconds is None else _("{n} ms").format(n=max(1, round(seconds * 1000)))


def ago(seconds: float | None) -> str:
    if seconds is None:
        return _("not known")
    return _("never seen") if seconds == inf else durations.ago(seconds)


def waited(seconds: float | None) -> str:
    if not seconds or seconds < 1:
        return _("nothing waits") if seconds is not None else _("not known")
    return _("oldest waits {n} s").format(n=round(seconds))


def late(seconds: float | None) -> str:
    """A policy is due for a moment until it is fired: that is not late yet."""
    if seconds is None:
        return _("not known")
    return _("fire in time") if seconds < 60 else _("overdue for {n} min").format(n=int(seconds / 60))
