"""Home: what needs this person, what runs now and what ended last, the environments, and the stop button."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.utils.translation import gettext as _

from .. import approvals, catalog, clock, rights
from ..live import pictures
from ..models import Approval, Environment, Run
from . import holding, looks, mini
from .facts import book_title

MOST = 20
PLACES = 60
LAST = 8


def context(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """What unfold's start page is rendered with."""
    known: dict[str, Any] = {"title": _("Home"), "is_fullwidth": "1", "crumbs": [(_("Home"), "")], "may_view": False}
    if rights.may_view(request.user):
        known.update(seen_by(request.user))
    known["may_start"] = rights.may_start(request.user)
    return {**context, **known}


def seen_by(user: Any) -> dict[str, Any]:
    mine = rights.environments(user)
    questions = [row for row in open_questions(mine) if not approvals.why_not(user, row)]
    others = open_questions(mine).count() if len(questions) < MOST else MOST
    runs = mini.counted(Run.objects.filter(environment__in=mine).select_related("environment", "requested_by"))
    now = clock.now()
    return {
        "may_view": True,
        "now": now,
        "places": places(mine, now),
        "pausable": list(rights.environments(user, rights.OPERATE)[:PLACES]),
        "may_pause_all": rights.may_pause(user, None),
        "questions": questions,
        "waiting_for_others": max(0, others - len(questions)),
        "running": [shown(run, now) for run in runs.filter(status__in=Run.OPEN)[:MOST]],
        "last": [shown(run, now) for run in runs.filter(status__in=Run.ENDED).order_by("-ended_at")[:LAST]],
    }


@dataclass(frozen=True)
class Place:
    """An environment on the home page: its last deployment, and what holds its changes now, in a sentence."""

    environment: Environment
    last: Run | None
    held: str

    @property
    def look(self) -> looks.Look | None:
        return looks.of_run(self.last) if self.last else None


def places(environments: "QuerySet[Environment]", now: datetime) -> list[Place]:
    """The environments with their last run that changes something; a constant number of queries."""
    rows = list(environments.select_related("calendar")[:PLACES])
    changing = [book.name for book in catalog.runbooks() if book.changes]
    last = Run.objects.filter(environment=OuterRef("pk"), runbook__in=changing).order_by("-id").values("pk")[:1]
    newest = dict(environments.filter(pk__in=[row.pk for row in rows]).values_list("pk", Subquery(last)))
    runs = Run.objects.in_bulk([pk for pk in newest.values() if pk])
    paused = holding.paused()
    return [Place(row, runs.get(newest.get(row.pk) or 0), holding.why(row, paused, now)) for row in rows]


def open_questions(environments: "QuerySet[Environment]") -> Any:
    rows = Approval.objects.filter(status=Approval.Status.OPEN, step__run__environment__in=environments)
    rows = rows.order_by("expires_at")
    return rows.select_related("step__run__environment", "step__run__requested_by").prefetch_related("votes")[:MOST]


def shown(run: Any, now: Any) -> dict[str, Any]:
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
