"""Findings over HTTP: what checks found, with evidence, price and history."""

from typing import Any, Literal

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import conditional_page
from ninja import Query, Router
from ninja.decorators import decorate_view

from .. import redaction, rights
from ..models import Finding, FindingChange
from . import paging, shapes
from .callers import by
from .problems import PROBLEMS, Problem

router = Router(tags=["findings"])
MOST = 100
State = Literal["", "open", "acknowledged", "snoozed", "exempt", "closed"]
Severity = Literal["", "critical", "high", "medium", "low"]
AS_THEY_ARE = (
    *("region", "resource", "name", "owner", "state", "detail", "advice", "until"),
    *("first_seen", "last_seen", "times_seen", "opened_at", "closed_at"),
)
UNTOLD = ("evidence", "tags", "price", "reason")  # in a list


@router.get("/findings", response={200: shapes.Findings, **PROBLEMS}, summary="List findings, the newest first")
@decorate_view(conditional_page)
def listed(
    request: HttpRequest,
    state: State = "open",
    severity: Severity = "",
    environment: str = "",
    check: str = "",
    limit: int = Query(20, ge=1, le=MOST),  # type: ignore[type-arg]
    cursor: str = "",
) -> dict[str, Any]:
    """Open ones by default; `state=` lists all."""
    level = Finding.Severity[severity.upper()] if severity else ""
    wanted = {"state": state, "severity": level, "environment__name": environment, "check_name": check}
    clean = {name: value.replace("\0", "") if isinstance(value, str) else value for name, value in wanted.items()}
    rows = visible(request).filter(**{name: value for name, value in clean.items() if value})
    found, after = paging.page(rows.defer(*UNTOLD), limit, cursor)
    return {"items": [told(each) for each in found], "next": after}


@router.get("/findings/{int:finding_id}", response={200: shapes.WholeFinding, **PROBLEMS}, summary="Read a finding")
@decorate_view(conditional_page)
def read(request: HttpRequest, finding_id: int) -> dict[str, Any]:
    """The finding with its evidence, the price it was reckoned with, and its history."""
    found = visible(request).filter(pk=finding_id).first() if finding_id < 2**63 else None
    if found is None:
        raise Problem(404, _("There is no such finding, or this token may not see it."))
    known = {name: redaction.data(getattr(found, name)) for name in UNTOLD}
    return told(found) | known | {"history": history(found)}


def visible(request: HttpRequest) -> "QuerySet[Finding]":
    rows = Finding.objects.select_related("environment", "assigned_to")
    found: QuerySet[Finding] = rights.visible(rows, by(request))
    return found


def told(finding: Finding) -> dict[str, Any]:
    return {
        **{name: getattr(finding, name) for name in AS_THEY_ARE},
        "id": finding.pk,
        "environment": finding.environment.name,
        "check": finding.check_name,
        "severity": Finding.Severity(finding.severity).name.lower(),
        "usd": finding.usd,
        "assigned_to": finding.assigned_to.username if finding.assigned_to else "",
        "url": reverse("finding", args=[finding.pk]),
    }


def history(finding: Finding) -> list[dict[str, Any]]:
    rows = FindingChange.objects.filter(finding=finding).order_by("-id")
    return [
        {"at": each.at, "kind": each.kind, "by": each.by, "text": each.text, "run": each.run_id} for each in rows[:MOST]
    ]
