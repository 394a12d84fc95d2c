"""Home: what needs this person, runs, policies, money, credits, the environments, and the stop button."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils.translation import gettext as _

from .. import approvals, catalog, clock, rights
from ..live import pictures
from ..models import Approval, Finding, Run
from . import credits, due, looks, mini, money, places, sieve
from . import findings as finding_list

MOST = 20
WORST = 5  # findings that need somebody
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
        known |= sums(request.user, now) | {"due": due.card(request.user, now)}
    known["may_start"] = rights.may_start(request.user)
    return {**context, **known}


def needs(user: Any, now: datetime) -> dict[str, Any]:
    """What waits for this person: questions they may answer, failures nobody has followed up, and findings."""
    asked = list(open_questions(user))
    questions = [row for row in asked if not approvals.why_not(user, row)]
    failed = list(failures(user, now))
    found = findings(user)
    return {
        "questions": questions,
        "waiting_for_others": len(asked) - len(questions),
        "failures": failed,
        "findings": found[:WORST],
        "more_findings": len(found) > WORST,
        "needs": len(questions) + len(failed) + len(found[:WORST]),
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


def findings(user: Any) -> list[Finding]:
    """Those assigned to this person, and the critical ones that nobody has taken up where this person may; the worst.

    One more than is shown says that there are more. Two queries find them, since no index answers both.
    """
    rows = sieve.in_order(Finding.objects.all(), "worst")
    mine = rights.visible(rows.filter(assigned_to=user.pk, state__in=money.STANDING), user)
    nobodys = rows.alias(whose=Coalesce("assigned_to", 0)).filter(whose=0)  # else MariaDB goes by whose they are
    critical = nobodys.filter(severity=Finding.Severity.CRITICAL, state=Finding.State.OPEN)
    theirs = rights.visible(critical, user, right=rights.OPERATE)
    keys = [pk for found in (mine, theirs) for pk in found.values_list("pk", flat=True)[: WORST + 1]]
    return sorted(finding_list.full(keys), key=lambda finding: -finding.severity)


def sums(user: Any, now: datetime) -> dict[str, Any]:
    """What findings found and recovered, what is open still, and which instances run out of credits."""
    mine = sieve.visible(user)
    instances = credits.instances(mine)
    return {
        "weeks": money.weeks(mine, now),
        "standing": money.standing(mine),
        "instances": instances[: credits.SHOWN],
        "more_instances": len(instances) - credits.SHOWN,
    }


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
        "title": catalog.title(run.runbook),
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
