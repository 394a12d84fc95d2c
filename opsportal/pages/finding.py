"""The page of one finding: evidence, price, what to do next, and what has become of it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from .. import checks, clock, redaction, rights
from ..models import Finding, FindingChange
from . import cleanup, findings, names, sparkline
from .yields import spelled

TIME = re.compile(r"20\d\d-(0[1-9]|1[0-2])-[0-2]\dT[0-2]\d:[0-5]\d:[0-5]\d(\.\d+)?\+00:00")  # as checks write it
LINES = 100  # of the history, the newest


@dataclass(frozen=True)
class Fact:
    """One thing that was read; `line`: how its numbers went, as a path."""

    name: str
    value: str
    line: str = ""


@never_cache
@require_GET
def page(request: HttpRequest, pk: int) -> HttpResponse:
    return told(request, seen(request, pk))


def seen(request: HttpRequest, pk: int) -> Finding:
    """Raises Http404 when there is no such finding, PermissionDenied when this person may not see it."""
    found = get_object_or_404(Finding.objects.select_related("environment", "assigned_to", "seen_run"), pk=pk)
    rights.require_view(request.user, found.environment)
    return found


def told(request: HttpRequest, finding: Finding, wrong: str = "", status: int = 200) -> HttpResponse:
    changes = FindingChange.objects.filter(finding=finding).order_by("-id")[:LINES]
    title = findings.title(finding)
    context = {
        **admin.site.each_context(request),
        **findings.deeds(request),
        "title": title,
        "is_fullwidth": "1",
        "crumbs": [(_("Findings"), reverse("findings")), (finding.name or finding.resource, "")],
        "finding": finding,
        "now": clock.now(),
        "facts": facts(finding.evidence),
        "tags": [Fact(name, spelled(value)) for name, value in shown(finding.tags).items()],
        "price": price(finding),
        "changes": changes,
        "wrong": wrong,
        "may_handle": rights.may(request.user, rights.OPERATE, finding.environment),
        "cleanup": cleanup.card(finding, request.user),
    }
    return TemplateResponse(request, "opsportal/finding.html", context, status=status)


def shown(value: Any) -> Mapping[str, Any]:
    """The JSON object with secrets hidden; empty where it is none."""
    return dict(redaction.data(value)) if isinstance(value, dict) else {}


def facts(evidence: Any) -> list[Fact]:
    """What was read, by name; a list of numbers is a line with its last number."""
    return [fact(names.said(name), value) for name, value in shown(evidence).items()]


def fact(name: str, value: Any) -> Fact:
    if points := sparkline.numbers(value):
        return Fact(name, _("%(last)s last") % {"last": f"{points[-1]:,g}"}, sparkline.path(points))
    return Fact(name, moment(value) or spelled(value))


def moment(value: Any) -> str:
    """A time as the page's others are written; empty: it is none."""
    if not isinstance(value, str) or not TIME.fullmatch(value):
        return ""
    try:
        at = parse_datetime(value)
    except ValueError:  # such as the 29th of a February that has 28 days
        return ""
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}"


def price(finding: Finding) -> str:
    """The list price it was reckoned with, its region and date; that none is known, where it is about money."""
    known = finding.price if isinstance(finding.price, dict) else None
    if known is None:
        check = checks.check(finding.check_name)
        cost = finding.usd is not None or (check is not None and check.group == "cost")
        return _("No list price is known.") if cost else ""
    words = {name: known.get(name, "") for name in ("unit", "region", "as_of")}
    words["usd"] = f"${known.get('usd', 0):,.6g}"
    if known.get("sourced", True):
        return _("By AWS’s list price of %(usd)s per %(unit)s in %(region)s, as of %(as_of)s.") % words
    return _("An estimate, by %(usd)s per %(unit)s in %(region)s, as of %(as_of)s.") % words
