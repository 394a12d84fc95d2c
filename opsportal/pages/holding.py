"""The stop button and the glass: pausing and resuming changes, and going on in spite of a freeze."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from .. import freezes, holds, rights
from ..errors import OpsError
from ..models import Environment, Pause, Run, Step

EVERYWHERE = "*"
MOST = 3  # runs with broken glass that each page names


def open_pauses(user: Any) -> "list[Pause]":
    """The pauses that concern environments this person sees, the newest first."""
    mine = Q(environment=None) | Q(environment__in=rights.environments(user))
    found = Pause.objects.filter(mine, ended_at=None).select_related("environment", "by")
    return list(found) if rights.may_view(user) else []


def broken(user: Any) -> "list[Run]":
    """The open runs for which a freeze does not hold, in environments this person sees; the newest few."""
    rows = Run.objects.filter(status__in=Run.OPEN, environment__in=rights.environments(user)).exclude(glass_reason="")
    return list(rows.select_related("environment", "glass_by").order_by("-pk")[:MOST]) if rights.may_view(user) else []


@require_POST
def pause(request: HttpRequest) -> HttpResponse:
    """Hold changes in the environment named by its number, or in all for “*”."""
    where = request.POST.get("environment", "")
    try:
        environment = None if where == EVERYWHERE else chosen(request, where)
        made = holds.pause(environment, request.user, reason(request))
        text = _("Changes in %(environment)s are paused.") if made.environment else _("All changes are paused.")
        messages.info(request, text % {"environment": made.environment})
    except OpsError as error:
        messages.error(request, error.message)
    return redirect("admin:index")


def chosen(request: HttpRequest, where: str) -> Environment:
    """Raises PermissionDenied for an environment this person does not see, or that is not there."""
    number = int(where) if where.isdecimal() and len(where) < 19 else 0
    environment = rights.environments(request.user).filter(pk=number).first()
    if environment is None:
        raise PermissionDenied(_("There is no such environment, or you don’t have the right to see it."))
    return environment


@require_POST
def resume(request: HttpRequest, pk: int) -> HttpResponse:
    known = get_object_or_404(Pause.objects.select_related("environment"), pk=pk)
    if known.environment:
        rights.require_view(request.user, known.environment)
    try:
        holds.resume(pk, request.user)
        messages.info(request, _("Changes go on."))
    except OpsError as error:
        messages.error(request, error.message)
    return redirect("admin:index")


@require_POST
def glass(request: HttpRequest, run_id: int) -> HttpResponse:
    """Let the run change what is frozen, for the reason given."""
    run = get_object_or_404(Run.objects.select_related("environment"), pk=run_id)
    rights.require_view(request.user, run.environment)
    try:
        holds.break_glass(run_id, request.user, reason(request))
    except OpsError as error:
        messages.error(request, error.message)
    return redirect("admin:opsportal_run_page", run_id)


def reason(request: HttpRequest) -> str:
    return request.POST.get("reason", "").replace("\0", "").strip()[:300]


@dataclass(frozen=True)
class Held:
    """What holds steps of a run: in a sentence, how many, and whether a freeze does, whose glass may be broken."""

    sentence: str
    count: int
    frozen: bool


def held(run: Run, steps: Sequence[Step]) -> Held | None:
    """What holds the run's changes now; None: nothing."""
    waiting = [step for step in steps if step.held_at and step.status == Step.Status.DUE]
    if not run.is_open or not waiting:
        return None
    paused = holds.pauses(run.environment_id).exists()
    return Held(waiting[0].note, len(waiting), frozen=not paused and not run.glass_reason)


def paused() -> dict[int | None, Pause]:
    """The open pauses by the environment's id; None: everywhere."""
    return {row.environment_id: row for row in Pause.objects.filter(ended_at=None).select_related("by")}


def why(environment: Environment, known: dict[int | None, Pause], now: datetime) -> str:
    """What holds the environment's changes now, in a few words; empty: nothing."""
    if None in known or environment.pk in known:
        return _("paused")
    calendar = environment.calendar
    found = calendar and freezes.frozen(calendar.rules, calendar.time_zone, now)
    return _("frozen: %(why)s") % {"why": found.why} if found else ""
