"""Home: what needs this person, what runs now and what ended last, the environments, and the stop button."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _

from .. import approvals, clock, rights
from ..live import pictures
from ..models import Approval, Run
from . import looks, mini, places
from .facts import book_title

MOST = 20
LAST = 8
LATELY = timedelta(days=3)
FAILED = (Run.Status.FAILED, Run.Status.UNDO_FAILED)


def context(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """What unfold's start page is rendered with."""
    known: dict[str, Any] = {"title": _("Home"), "is_fullwidth": "1", "crumbs": [(_("Home"), "")], "may_view": False}
    if rights.may_view(request.user):
        now = clock.now()
        known |= {"may_view": True, "now": now}
        known |= needs(request.user, now) | work(request.user, now) | estate(request.user, now)
    known["may_start"] = rights.may_start(request.user)
    return {**context, **known}


def needs(user: Any, now: datetime) -> dict[str, Any]:
    """What waits for this person: questions they may answer, and failures nobody has followed up."""
    asked = list(open_questions(user))
    questions = [row for row in asked if not approvals.why_not(user, row)]
    failed = list(failures(user, now))
    return {
        "questions": questions,
        "waiting_for_others": len(asked) - len(questions),
        "failures": failed,
        "needs": len(questions) + len(failed),
    }


def open_questions(user: Any) -> "QuerySet[Approval]":
    """The questions that this person may see; what runs out first is first."""
    rows = rights.visible(Approval.objects.filter(status=Approval.Status.OPEN), user, "step__run__environment")
    rows = rows.select_related("step__run__environment", "step__run__requested_by").prefetch_related("votes")
    found: QuerySet[Approval] = rows.order_by("expires_at")[:MOST]
    return found


def failures(user: Any, now: datetime) -> "QuerySet[Run]":
    """Runs that failed lately and were not followed by another one of their kind, for who may start one."""
    newer = Run.objects.filter(environment=OuterRef("environment"), runbook=OuterRef("runbook"), pk__gt=OuterRef("pk"))
    rows = Run.objects.filter(status__in=FAILED, ended_at__gte=now - LATELY).exclude(Exists(newer))
    rows = rights.visible(rows, user, right=rights.OPERATE)
    found: QuerySet[Run] = rows.select_related("environment").order_by("-ended_at")[:MOST]
    return found


def work(user: Any, now: datetime) -> dict[str, Any]:
    """What runs, and what ended last."""
    runs = rights.visible(Run.objects.all(), user)
    running = list(runs.filter(status__in=Run.OPEN).values_list("pk", flat=True)[:MOST])
    ended = runs.filter(ended_at__isnull=False).order_by("-ended_at")
    last = list(ended.values_list("pk", flat=True)[:LAST])
    rows = mini.full([*running, *last])
    shares = {"running": running, "last": last}
    return {name: [shown(rows[key], now) for key in keys if key in rows] for name, keys in shares.items()}


def shown(run: Any, now: datetime) -> dict[str, Any]:
    """A run as a row of this page."""
    run, usual = pictures.told(run), run.usual
    took = ((run.ended_at or now) - run.began_at).total_seconds()
    return {
        "run": run,
        "title": book_title(run.runbook),
        "look": looks.of_run(run),
        "took": took,
        "over": took - usual if usual and run.is_open and took > usual else None,
        "mini": mini.of(run),
    }


def estate(user: Any, now: datetime) -> dict[str, Any]:
    """The environments, and where this person may press the stop button."""
    known = places.places(rights.environments(user), now)
    return {
        "places": known,
        "pausable": [place.environment for place in known if rights.may_pause(user, place.environment)],
        "may_pause_all": rights.may_pause(user, None),
    }
