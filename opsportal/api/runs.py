"""Runs over HTTP: start, read, list, steer."""

import base64
import binascii
import uuid
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from ninja import Header, Query, Router, Status

from .. import redaction, rights, runs
from ..live import pictures
from ..models import Approval, Event, Run
from . import shapes
from .callers import Caller
from .problems import Problem

router = Router(tags=["runs"])
MOST = 100
DEEDS = {"cancel": runs.cancel, "retry": runs.retry, "undo": runs.undo}


@router.post("/runs", response={202: shapes.WholeRun}, summary="Start a run")
def start(
    request: HttpRequest,
    response: HttpResponse,
    body: shapes.Start,
    key: str = Header("", alias="Idempotency-Key", max_length=100),
) -> Status[dict[str, Any]]:
    """Start a run. The same `Idempotency-Key` of the same token gives the same run again."""
    caller = by(request)
    environment = rights.environments(caller).filter(name=body.environment).first()
    if environment is None:
        text = _("There is no such environment, or this token may not see it.")
        raise Problem(422, text, {"environment": text})
    if not rights.may_start(caller, environment):
        raise Problem(403, _("This token may not start runs on %(name)s.") % {"name": environment.name})
    require_runbook(caller, body.runbook)
    run = runs.start(body.runbook, environment, body.params, caller, key or uuid.uuid4().hex)
    response["Location"] = reverse("api-1:run", args=[run.pk])
    return Status(202, whole(run))


@router.get("/runs", response=shapes.Page, summary="List runs, the newest first")
def listed(
    request: HttpRequest,
    status: str = "",
    environment: str = "",
    runbook: str = "",
    limit: int = Query(20, ge=1, le=MOST),
    cursor: str = "",
) -> dict[str, Any]:
    """A page of runs; `next` is the cursor of the one after it."""
    rows = rights.visible(Run.objects.select_related("environment", "requested_by"), by(request))
    wanted = {"status": status, "environment__name": environment, "runbook": runbook}
    rows = rows.filter(**{name: value for name, value in wanted.items() if value})
    if cursor:
        rows = rows.filter(pk__lt=place(cursor))
    found = list(rows.order_by("-pk")[: limit + 1])
    more = len(found) > limit
    return {"items": [told(run) for run in found[:limit]], "next": mark(found[limit - 1].pk) if more else None}


@router.get("/runs/{int:run_id}", response=shapes.WholeRun, summary="Read a run", url_name="run")
def read(request: HttpRequest, run_id: int) -> dict[str, Any]:
    """The run with its steps and open questions."""
    return whole(seen(request, run_id))


@router.get("/runs/{int:run_id}/events", response=shapes.Events, summary="Read a run's events")
def events(
    request: HttpRequest, run_id: int, after: int = Query(0, ge=0), limit: int = Query(MOST, ge=1, le=500)
) -> dict[str, Any]:
    """Events after number `after`, in order."""
    seen(request, run_id)
    found = list(Event.objects.filter(run=run_id, number__gt=after).order_by("number")[: limit + 1])
    return {"items": [pictures.line(event) for event in found[:limit]], "more": len(found) > limit}


@router.post("/runs/{int:run_id}/{deed}", response={202: shapes.WholeRun}, summary="Cancel, retry or undo a run")
def steer(request: HttpRequest, run_id: int, deed: str) -> Status[dict[str, Any]]:
    """`deed`: cancel, retry or undo. 409 where the run's state does not allow it."""
    run = seen(request, run_id)
    if deed not in DEEDS:
        raise Problem(404, _("Choose cancel, retry or undo."))
    if not rights.may_start(by(request), run.environment):
        raise Problem(403, _("This token may not steer runs on %(name)s.") % {"name": run.environment.name})
    require_runbook(by(request), run.runbook)
    DEEDS[deed](run.pk, by(request))  # type: ignore[arg-type]
    return Status(202, whole(seen(request, run_id)))


def by(request: HttpRequest) -> Caller:
    caller: Caller = request.auth  # type: ignore[attr-defined]
    return caller


def require_runbook(caller: Caller, runbook: str) -> None:
    """Raises Problem where the token names other runbooks."""
    if not caller.may_run(runbook):
        raise Problem(403, _("This token may not start or steer “%(name)s”.") % {"name": runbook})


def seen(request: HttpRequest, run_id: int) -> Run:
    """The run, where this token may see it. Raises Problem: whether it is there is not told."""
    rows: QuerySet[Run] = rights.visible(Run.objects.select_related("environment", "requested_by"), by(request))
    run = rows.filter(pk=run_id).first() if run_id < 2**63 else None
    if run is None:
        raise Problem(404, _("There is no such run, or this token may not see it."))
    return run


def told(run: Run) -> dict[str, Any]:
    """The run in a few words; secrets stay here."""
    return {
        "id": run.pk,
        "runbook": run.runbook,
        "environment": run.environment.name,
        "status": run.status,
        "params": redaction.data(run.params),
        "started_by": str(run.requested_by or run.caller),
        "created_at": run.created_at,
        "ended_at": run.ended_at,
        "usual_seconds": run.usual_seconds,
        "reason": run.reason,
        "events": run.events,
        "url": reverse("admin:opsportal_run_page", args=[run.pk]),
    }


def whole(run: Run) -> dict[str, Any]:
    """The run with its steps and open questions."""
    open_ = Approval.objects.filter(step__run=run, status=Approval.Status.OPEN).order_by("pk")
    _state, steps = pictures.state(run.pk)
    return told(run) | {"steps": steps, "approvals": list(open_.values_list("pk", flat=True))}


def mark(pk: int) -> str:
    """The cursor after this run; what it is made of is nobody's business."""
    return base64.urlsafe_b64encode(str(pk).encode()).decode().rstrip("=")


def place(cursor: str) -> int:
    """The run that the cursor stands after. Raises Problem."""
    try:
        found = int(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error):
        found = -1
    if not 0 < found < 2**63:
        text = _("Take a cursor from the “next” of a page.")
        raise Problem(422, text, {"cursor": text})
    return found
