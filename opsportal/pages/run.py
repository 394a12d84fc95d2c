"""The page of one run: the whole of it once, then only the parts that a person answers or reads as sentences."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from .. import catalog
from ..models import Run, Step
from . import deeds, facts, holding, keys, looks, yields
from .facts import Facts
from .lines import select
from .question import questions, together
from .texts import texts

PARTS = ("head", "notices", "ask", "tally", "changes", "outputs")


@never_cache
@require_GET
def page(request: HttpRequest, run_id: int) -> HttpResponse:
    """The whole page, with the newest lines only."""
    known = facts.gather(run_id, request.user)
    lines, more = select(run_id, {"limit": facts.NEWEST})
    context = {
        **admin.site.each_context(request),
        **parts_context(request, known),
        "title": known.title,
        "is_fullwidth": "1",
        "crumbs": [(_("Runs"), reverse("admin:opsportal_run_changelist")), (_("Run %d") % run_id, "")],
        "environment": [_("Protected"), "danger"] if known.run.environment.protected else None,
        "steps": known.steps,
        "is_plan": catalog.planned_by(known.run.runbook) is not None,
        "lines": lines,
        "more_lines": more,
        "inputs": facts.inputs(known.run),
        "nonce": keys.fresh(),
        "script_facts": for_script(known),
        "script_texts": texts(),
    }
    return HttpResponse(render_to_string("opsportal/run.html", context, request))


@never_cache
@require_GET
def parts(request: HttpRequest, run_id: int) -> JsonResponse:
    """The parts of the page that change when the run's or a step's status does, as HTML."""
    known = facts.gather(run_id, request.user)
    context = parts_context(request, known)
    html = {name: render_to_string(f"opsportal/run/{name}.html", context, request) for name in PARTS}
    rows = "".join(render_to_string("opsportal/run/row.html", {"step": step}) for step in known.steps)
    return JsonResponse({"html": html, "rows": rows, "facts": for_script(known)})


def parts_context(request: HttpRequest, known: Facts) -> dict[str, Any]:
    asked, changed = questions(known, request.user), yields.changed(known.run, known.steps)
    return {
        "facts": known,
        "run": known.run,
        "env": known.run.environment,
        "now": known.now,
        "verdict": known.verdict,
        "questions": asked,
        "together": together(asked),
        "deeds": deeds.possible(known),
        "held": holding.held(known.run, known.steps),
        "tally": tally(known.steps),
        "changed": changed,
        "total": yields.total(changed),
        "outputs": yields.outputs(known.steps),
    }


def tally(steps: Any) -> list[str]:
    """Such as “7 done”, “2 under way”."""
    statuses = [looks.shown_status(step) for step in steps]
    words = {
        Step.Status.SUCCEEDED: _("%d done"),
        Step.Status.RUNNING: _("%d under way"),
        Step.Status.ASKING: _("%d asking"),
        Step.Status.FAILED: _("%d failed"),
        Step.Status.ABANDONED: _("%d abandoned"),
        Step.Status.QUEUED: _("%d queued"),
        Step.Status.BLOCKED: _("%d blocked"),
        Step.Status.SKIPPED: _("%d skipped"),
        Step.Status.CANCELLED: _("%d cancelled"),
        Step.Status.UNDONE: _("%d undone"),
    }
    return [text % statuses.count(status) for status, text in words.items() if status in statuses]


def for_script(known: Facts) -> dict[str, Any]:
    """What the page's script starts from."""
    run = known.run
    return {
        "run": {
            "id": run.pk,
            "status": run.status,
            "began_at": known.began.isoformat(),
            "ended_at": run.ended_at and run.ended_at.isoformat(),
            "usual_seconds": run.usual_seconds,
        },
        "open": [status.value for status in Run.OPEN],
        "approval": max((approval.pk for approval in known.questions), default=None),
        "now": known.now.isoformat(),
        "zone": settings.TIME_ZONE,
        "steps": [facts.step_facts(step, known.asks.get(step.key, ())) for step in known.steps],
        "looks": looks.for_script(),
        "run_looks": looks.runs_for_script(),
    }
