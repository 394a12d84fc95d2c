"""What holds changes back: pauses that people press and freezes by calendar, asked before each changing call."""

from collections.abc import Iterable
from datetime import datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from . import audit, catalog, clock, flow, freezes, rights
from .errors import Held, Refused
from .models import Calendar, Environment, Pause, Run, Step
from .telling import runs as telling
from .turns import Turn, take
from .words import format_lazy, gettext_lazy
from .writers import in_line


def over(run: Run, now: datetime, cancelling: bool) -> Held | None:
    """What holds this run's changes now; a freeze lets pass what brings AWS to rest, and who broke the glass."""
    if pause := pauses(run.environment_id).select_related("by").first():
        return Held(paused(pause))
    book = catalog.runbook(run.runbook)
    if cancelling or run.glass_reason or (book and not book.changes):
        return None
    return frozen(run.environment_id, now)


def pauses(environment_id: int) -> "QuerySet[Pause]":
    """The open pauses that hold this environment."""
    return Pause.objects.filter(Q(environment=environment_id) | Q(environment=None), ended_at=None)


def paused(pause: Pause) -> str:
    """The pause in a sentence."""
    who = str(pause.by) if pause.by else "opsportal"
    return _("Changes are paused by {who}: {reason}").format(who=who, reason=pause.reason)


def frozen(environment_id: int, now: datetime) -> Held | None:
    """The freeze that holds this environment now."""
    calendar = Calendar.objects.filter(environments=environment_id).first()
    found = calendar and freezes.frozen(calendar.rules, calendar.time_zone, now)
    if not calendar or not found:
        return None
    until = found.until.astimezone(ZoneInfo(calendar.time_zone))
    words = {"why": found.why, "until": f"{until:%Y-%m-%d %H:%M}", "zone": calendar.time_zone}
    return Held(_("Frozen until {until} ({zone}): {why}.").format(**words), found.until)


def pause(environment: Environment | None, by: Any, reason: str) -> Pause:
    """Hold all changes there from now on, or everywhere. Raises Refused: no right, no reason, or paused already."""
    rights.require_pause(by, environment)
    if not reason.strip():
        raise Refused(_("Say why changes are paused: everybody will read it."))
    if known := Pause.objects.filter(environment=environment, ended_at=None).first():
        raise Refused(paused(known))
    with in_line(), transaction.atomic():
        made = Pause.objects.create(environment=environment, by=by, reason=reason.strip()[:300], begun_at=clock.now())
        audit.record("pause.begin", made, by)
    return made


def resume(pause_id: int, by: Any) -> Pause:
    """End the pause and wake what it held. Repeating it changes nothing. Raises Refused."""
    known = Pause.objects.select_related("environment").get(pk=pause_id)
    rights.require_pause(by, known.environment)
    if end(known, by):
        release([known.environment_id] if known.environment_id else None)
    known.refresh_from_db()
    return known


def end(known: Pause, by: Any) -> bool:
    """End the pause by compare-and-set; False: it was ended already."""
    with in_line(), transaction.atomic():
        ended = Pause.objects.filter(pk=known.pk, ended_at=None).update(ended_at=clock.now(), ended_by=by)
        if ended:
            audit.record("pause.end", known, by)
    return bool(ended)


def release(environments: Iterable[int] | None) -> None:
    """Let held steps look again now, there or everywhere; one transaction a run."""
    rows = Step.objects.filter(held_at__isnull=False, status=Step.Status.DUE)
    if environments is not None:
        rows = rows.filter(run__environment__in=list(environments))
    for run_id in rows.order_by("run_id").values_list("run_id", flat=True).distinct():
        take(run_id, wake)


def wake(turn: Turn) -> None:
    flow.wake(turn, list(turn.run.steps.filter(held_at__isnull=False).values_list("pk", flat=True)))


def break_glass(run_id: int, by: Any, reason: str) -> None:
    """Let this run change what is frozen; who and why is told to everybody, on every page too. Raises Refused."""
    take(run_id, partial(_break_glass, by=by, reason=reason.strip()))


def _break_glass(turn: Turn, by: Any, reason: str) -> None:
    rights.require_start(by, turn.run.environment)
    if not turn.run.is_open:
        raise Refused(_("Run %(run)s is over.") % {"run": turn.run.pk})
    if not reason:
        raise Refused(_("Say why this can't wait for the end of the freeze: everybody will read it."))
    if turn.run.glass_reason:
        return
    turn.set(glass_by=by, glass_reason=reason)
    told = gettext_lazy("{who} broke the glass: this run changes {environment} during a freeze. {reason}")
    words = {"who": by, "environment": turn.run.environment.name, "reason": reason}
    turn.say(format_lazy(told, **words), "warning")
    audit.record("run.glass", turn.run, by, {"reason": reason})
    telling.glass_broken(turn)
    wake(turn)
    turn.state_changed = True
