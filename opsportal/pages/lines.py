"""Lines of a run's events as JSON: older ones, and those a view has missed."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponseBadRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from .. import rights
from ..live import pictures
from ..models import Event, Run

MOST = 500
LEVELS = {"warning": ("warning", "error"), "error": ("error",)}


@require_GET
@login_required
def lines(request: HttpRequest, run_id: int) -> HttpResponseBase:
    """`?before=N` the last ones before N, `?after=N` the first ones after it; both with `step` and `level`."""
    run = get_object_or_404(Run.objects.select_related("environment"), pk=run_id)
    rights.require_view(request.user, run.environment)
    try:
        found, more = select(run_id, request.GET)
    except ValueError:
        return HttpResponseBadRequest(_("“before”, “after” and “limit” are numbers of events."))
    return JsonResponse({"lines": [pictures.line(event) for event in found], "more": more})


def select(run_id: int, asked: Any) -> tuple[list[Event], bool]:
    """The lines asked for, in order, and whether there are more in that direction. Raises ValueError."""
    limit = min(MOST, max(1, int(asked.get("limit", 200))))
    rows = Event.objects.filter(run_id=run_id)
    if asked.get("step"):
        rows = rows.filter(step_key=asked["step"])
    if asked.get("level") in LEVELS:
        rows = rows.filter(level__in=LEVELS[asked["level"]])
    if "after" in asked:
        found = list(rows.filter(number__gt=int(asked["after"])).order_by("number")[: limit + 1])
        return found[:limit], len(found) > limit
    if "before" in asked:
        rows = rows.filter(number__lt=int(asked["before"]))
    found = list(rows.order_by("-number")[: limit + 1])
    return found[:limit][::-1], len(found) > limit
