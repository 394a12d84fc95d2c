"""The list of findings: filters, counts, totals, what the last sweeps read, and what can be done to those chosen."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from .. import checks, clock, handling, rights
from ..errors import Invalid
from ..models import Finding
from . import cleanup, money, sieve, sweeps
from .sieve import Sieve

PER_PAGE = 50
COUNTED = 1000  # of one state; more are told as “1,000+”
PEOPLE = 500  # to choose from
SHOWN = (
    *("severity", "check_name", "detail", "name", "resource", "region", "owner", "usd", "until", "state"),
    *("opened_at", "closed_at", "environment", "environment__name", "assigned_to", "assigned_to__username"),
)


@dataclass(frozen=True)
class Tab:
    """One state of the list; `count` is empty where it is not known."""

    label: str
    query: str
    count: str
    current: bool


@never_cache
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    rights.require_view(request.user)
    return listed(request, request.GET)


def listed(
    request: HttpRequest, asked: Mapping[str, str], wrong: str = "", status: int = 200, picked: Collection[int] = ()
) -> HttpResponse:
    """The list that is asked for; `wrong` is what was refused about those `picked`."""
    now = clock.now()
    try:
        wanted = sieve.read(asked)
        shown = rows(request.user, wanted, now)
    except Invalid as error:
        wanted, wrong, status = Sieve(), error.message, 400
        shown = {"rows": [], "tabs": [], "total": "0"}
    context = {
        **admin.site.each_context(request),
        **shown,
        **totals(request.user, now),
        "now": now,
        **deeds(request),
        "title": _("Findings"),
        "is_fullwidth": "1",
        "crumbs": [(_("Findings"), "")],
        "sieve": wanted,
        "choices": choices(request.user, wanted),
        "wrong": wrong,
        "picked": set(picked),
        "usual": cleanup.usual(),
        "may_export": rights.everywhere(request.user, "opsportal.export_finding"),
    }
    return TemplateResponse(request, "opsportal/findings.html", context, status=status)


def rows(user: Any, wanted: Sieve, now: datetime) -> dict[str, Any]:
    """One page of the list with its counts; a constant number of queries."""
    start = (wanted.page - 1) * PER_PAGE
    sifted = sieve.sifted(sieve.visible(user), wanted, now)
    here = sieve.in_order(sifted.filter(state=wanted.state), wanted.sort)
    keys = list(here.values_list("pk", flat=True)[: max(COUNTED, start + PER_PAGE) + 1])
    more = len(keys) > start + PER_PAGE
    shown = full(keys[start : start + PER_PAGE])
    return {
        "rows": shown,
        "cleanups": cleanup.sections(shown) if wanted.state != Finding.State.CLOSED else [],
        "tabs": tabs(sifted, wanted, len(keys)),
        "total": counted(len(keys)),
        "first": start + 1,
        "last": min(len(keys), start + PER_PAGE),
        "newer": wanted.query(page=wanted.page - 1) if wanted.page > 1 else None,
        "older": wanted.query(page=wanted.page + 1) if more and wanted.page < sieve.PAGES else None,
        "ends": more and wanted.page == sieve.PAGES,
    }


def full(keys: Sequence[int]) -> list[Finding]:
    """These findings in this order; keys come first, for an index alone answers in which order they are."""
    found = Finding.objects.select_related("environment", "assigned_to").only(*SHOWN).order_by().in_bulk(keys)
    return [found[key] for key in keys if key in found]


def tabs(sifted: "QuerySet[Finding]", wanted: Sieve, here: int) -> list[Tab]:
    """The states with their counts; a search, which no index answers, counts only what it shows."""
    found = []
    for state in Finding.State:
        current = state == wanted.state
        count = here if current else None if wanted.q else some(sifted.filter(state=state))
        known = "" if count is None else counted(count)
        found.append(Tab(str(state.label), wanted.query(state=state.value), known, current))
    return found


def some(found: "QuerySet[Finding]") -> int:
    """How many there are, as far as that is counted."""
    return found.order_by()[: COUNTED + 1].count()


def counted(number: int) -> str:
    return f"{number:,}" if number <= COUNTED else f"{COUNTED:,}+"


def totals(user: Any, now: datetime) -> dict[str, Any]:
    """What is open and what came back, in USD a month, and how far the last sweeps came."""
    mine, since = sieve.visible(user), money.begins(now)[0]
    return {
        "standing": money.standing(mine),
        "recovered": money.recovered(mine, since),
        "since": since,
        "sweeps": sweeps.last(user),
    }


def choices(user: Any, wanted: Sieve) -> dict[str, Any]:
    """What the filters offer, each with its label."""
    known = {each.name: _(each.title) for each in checks.checks()}
    if wanted.check:
        known.setdefault(wanted.check, wanted.check)
    return {
        "environments": list(rights.environments(user).order_by("name").values_list("pk", "name")),
        "checks": sorted(known.items(), key=lambda pair: pair[1]),
        "severities": [(int(each), str(each.label)) for each in Finding.Severity][:-1],
        "floors": [(usd, _("%(usd)s or more") % {"usd": f"${usd:,}"}) for usd in sieve.FLOORS],
        "ages": [(days, _("%(n)s days or more") % {"n": days}) for days in sieve.AGES],
        "sorts": [(name, str(label)) for name, label in sieve.SORTS.items()],
    }


def deeds(request: HttpRequest) -> dict[str, Any]:
    """What the buttons need; `typed`: what was sent and refused, to be put right."""
    today = timezone.localtime().date()
    people = User.objects.filter(is_active=True).exclude(pk=request.user.pk or 0).order_by("username")
    may = rights.may(request.user, rights.OPERATE)
    return {
        "may_handle": may,
        "first_day": day(today, 1),
        "usual_day": day(today, 7),
        "later_day": day(today, 30),
        "last_day": day(today, handling.LONGEST.days),
        "people": list(people.values_list("pk", "username")[:PEOPLE]) if may else [],
        "typed": request.POST,
    }


def day(today: date, days: int) -> str:
    return f"{today + timedelta(days=days):%Y-%m-%d}"


def title(finding: Finding) -> str:
    """What the finding's check calls itself; of one that is not there any more, its name."""
    known = checks.check(finding.check_name)
    return _(known.title) if known else finding.check_name


def age(finding: Finding, now: datetime) -> float:
    """Seconds it has been open, or was."""
    return ((finding.closed_at or now) - finding.opened_at).total_seconds()
