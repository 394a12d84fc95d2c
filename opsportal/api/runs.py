"""Runs over HTTP: start, plan, read, list, steer."""

import uuid
from functools import partial
from typing import Any, Literal

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import conditional_page
from ninja import Header, Query, Router, Status
from ninja.decorators import decorate_view

from .. import catalog, redaction, rights, runs, undoing
from ..errors import Invalid
from ..live import pictures
from ..live import view as live
from ..models import Approval, Environment, Event, Run, Step
from . import paging, shapes, tokens
from .callers import Caller, by
from .problems import PROBLEMS, Problem

router = Router(tags=["runs"])
MOST = 100
COLUMNS = (
    *("id", "runbook", "environment__name", "status", "params", "requested_by__username", "caller", "reason"),
    *("created_at", "ended_at", "usual_seconds", "events"),
)
DEEDS = {"cancel": runs.cancel, "retry": runs.retry, "undo": undoing.undo}
KEY = "Idempotency-Key"
TOLD = "Sent again within 7 days, it gives the same run."
KEY_HEADER: Any = Header("", alias=KEY, max_length=100, description=TOLD)  # type: ignore[type-arg]


@router.post("/runs", response={202: shapes.WholeRun, **PROBLEMS}, summary="Start a run")
def start(
    request: HttpRequest, response: HttpResponse, body: shapes.Start, key: str = KEY_HEADER
) -> Status[dict[str, Any]]:
    """Answers at once with the run, which a worker takes up; `Location` is its address."""
    return begun(by(request), response, body.runbook, body, key)


@router.post("/plans", response={202: shapes.WholeRun, **PROBLEMS}, summary="Plan a run")
def plan(
    request: HttpRequest, response: HttpResponse, body: shapes.Start, key: str = KEY_HEADER
) -> Status[dict[str, Any]]:
    """Start a run that shows what the runbook would do with these parameters, and changes nothing."""
    book = catalog.runbook(body.runbook)
    if book is not None and not book.planner:
        text = _("%(name)s has no plan. Start it, or choose another runbook.") % {"name": book.name}
        raise Problem(422, text, {"runbook": text})
    return begun(by(request), response, book.planner if book else body.runbook, body, key)


def begun(caller: Caller, response: HttpResponse, runbook: str, body: shapes.Start, key: str) -> Status[dict[str, Any]]:
    environment = place(caller, body.environment)
    if not rights.may_start(caller, environment):
        raise Problem(403, _("This token may not start runs on %(name)s.") % {"name": environment.name})
    require_runbook(caller, body.runbook)
    try:
        run = runs.start(runbook, environment, body.params, caller, key or uuid.uuid4().hex)
    except Invalid as error:
        raise Problem(422, error.message, {located(name): text for name, text in error.fields.items()}) from error
    response["Location"] = reverse("api-1:run", args=[run.pk])
    return Status(202, whole(Run.objects.filter(pk=run.pk).values(*COLUMNS)[0]))


def place(caller: Caller, name: str) -> Environment:
    """The environment of this name. Raises Problem: whether it is there is not told."""
    for found in rights.environments(caller).filter(name=name.replace("\0", "")):
        return found
    text = _("There is no such environment, or this token may not see it.")
    raise Problem(422, text, {"environment": text})


def located(name: str) -> str:
    """Where in the request a field of `runs.start` stands."""
    return {"runbook": "runbook", "key": KEY, "": "params"}.get(name, f"params.{name}")


@router.get("/runs", response={200: shapes.Page, **PROBLEMS}, summary="List runs, the newest first")
@decorate_view(conditional_page)
def listed(
    request: HttpRequest,
    status: Literal["", *Run.Status.values] = "",  # type: ignore[valid-type]
    environment: str = "",
    runbook: str = "",
    limit: int = Query(20, ge=1, le=MOST),  # type: ignore[type-arg]
    cursor: str = "",
) -> dict[str, Any]:
    """A page of runs; `next` is the cursor of the one after it."""
    if environment:
        place(by(request), environment)
    rows = rights.visible(Run.objects.values(*COLUMNS), by(request))
    wanted = {"status": status, "environment__name": environment, "runbook": runbook}
    rows = rows.filter(**{name: value.replace("\0", "") for name, value in wanted.items() if value})
    found, after = paging.page(rows, limit, cursor)
    return {"items": [told(run) for run in found], "next": after}


@router.get("/runs/{int:run_id}", response={200: shapes.WholeRun, **PROBLEMS}, summary="Read a run", url_name="run")
@decorate_view(conditional_page)
def read(request: HttpRequest, run_id: int) -> dict[str, Any]:
    """The run with its steps and open questions."""
    return whole(seen(Run.objects.values(*COLUMNS), request, run_id))


@router.get("/runs/{int:run_id}/events", response={200: shapes.Events, **PROBLEMS}, summary="Read a run's events")
@decorate_view(conditional_page)
def events(
    request: HttpRequest,
    run_id: int,
    after: int = Query(0, ge=0, lt=2**31),  # type: ignore[type-arg]
    limit: int = Query(MOST, ge=1, le=500),  # type: ignore[type-arg]
) -> dict[str, Any]:
    """Events after number `after`, in order."""
    seen(Run.objects.only("pk"), request, run_id)
    found = list(Event.objects.filter(run=run_id, number__gt=after).order_by("number")[: limit + 1])
    return {"items": [pictures.line(event) for event in found[:limit]], "more": len(found) > limit}


@router.get(
    "/runs/{int:run_id}/stream",
    response={200: None, **PROBLEMS},
    summary="Follow a run",
    openapi_extra={"responses": {200: {"content": {"text/event-stream": {"schema": shapes.MESSAGE}}}}},
)
def stream(request: HttpRequest, run_id: int) -> StreamingHttpResponse:
    """Server-Sent Events: `line` (its id is the event's number), `state`, `beat` every two seconds and `end`.

    `Last-Event-ID` says which line the reader has. The right to see the run is asked for again every 60 s.
    """
    run, again = seen(Run.objects.all(), request, run_id), partial(tokens.again, by(request).token.pk)
    return live.streamed(live.follow(run.pk, live.place(request, run.events), run.events, again))


@router.post(
    "/runs/{int:run_id}/{deed}", response={202: shapes.WholeRun, **PROBLEMS}, summary="Cancel, retry or undo a run"
)
def steer(request: HttpRequest, run_id: int, deed: str) -> Status[dict[str, Any]]:
    """`deed`: cancel, retry or undo. 409 where the run's state does not allow it."""
    run = seen(Run.objects.select_related("environment"), request, run_id)
    if deed not in DEEDS:
        raise Problem(404, _("Choose cancel, retry or undo."))
    if not rights.may_start(by(request), run.environment):
        raise Problem(403, _("This token may not steer runs on %(name)s.") % {"name": run.environment.name})
    planned = catalog.planned_by(run.runbook)
    require_runbook(by(request), run.runbook, planned.name if planned else "")
    DEEDS[deed](run.pk, by(request))
    return Status(202, whole(seen(Run.objects.values(*COLUMNS), request, run_id)))


def seen(rows: Any, request: HttpRequest, run_id: int) -> Any:
    """The one of these rows, where this token may see it. Raises Problem: whether it is there is not told."""
    for run in rights.visible(rows, by(request)).filter(pk=run_id) if run_id < 2**63 else ():
        return run
    raise Problem(404, _("There is no such run, or this token may not see it."))


def require_runbook(caller: Caller, *names: str) -> None:
    """Raises Problem where the token names runbooks, and none of these."""
    if not any(map(caller.may_run, names)):
        raise Problem(403, _("This token may not start or steer “%(name)s”.") % {"name": names[0]})


def told(row: dict[str, Any]) -> dict[str, Any]:
    """The run of these `COLUMNS` in a few words; secrets stay here."""
    run = dict(row, environment=row["environment__name"], params=redaction.data(row["params"]))
    run["started_by"] = row["requested_by__username"] or row["caller"]
    return run | {"url": reverse("admin:opsportal_run_page", args=[row["id"]])}


def whole(row: dict[str, Any]) -> dict[str, Any]:
    """The same with the run's steps and open questions."""
    steps = pictures.how_steps_stand(row["id"])
    asking = any(step["status"] == Step.Status.ASKING for step in steps)
    return told(row) | {"steps": steps, "approvals": questions(row["id"]) if asking else []}


def questions(run_id: int) -> list[int]:
    """The numbers of the run's open questions."""
    rows = Approval.objects.filter(step__run=run_id, status=Approval.Status.OPEN)
    return list(rows.order_by("pk").values_list("pk", flat=True))
