"""What a person can do to a run: the buttons of its page and the requests they send."""

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from .. import approvals, catalog, rights, runs, undoing
from ..errors import OpsError
from ..models import Approval, Run, Step
from . import keys
from .facts import Facts

S = Step.Status
R = Run.Status


@dataclass(frozen=True)
class Deed:
    """A button. `verb` is the last part of the address it posts to; `hint` says why it is off."""

    verb: str
    label: str
    icon: str
    kind: str = ""
    confirm: str = ""
    hint: str = ""


def possible(facts: Facts) -> list[Deed]:
    """The buttons for this run and person, the primary one last."""
    if not facts.may_steer:
        return []
    return while_open(facts) if facts.run.is_open else when_ended(facts)


def while_open(facts: Facts) -> list[Deed]:
    found = []
    if facts.failed:
        hint = _("When no step is under way any more")
        found.append(Deed("retry", _("Retry from failed"), "replay", hint=hint))
    if facts.run.status != R.CANCELLING:
        sentence = _("Cancel this run? Steps at work in AWS come to rest first; what is done stays.")
        found.append(Deed("cancel", _("Cancel run"), "stop_circle", "btn-danger", confirm=sentence))
    return found


def when_ended(facts: Facts) -> list[Deed]:
    found = []
    if count := undoable(facts):
        label = ngettext("Undo %(count)d step", "Undo %(count)d steps", count) % {"count": count}
        sentence = _("Undo what this run changed, in reverse order? A question comes before anything happens.")
        found.append(Deed("undo", label, "undo", confirm=sentence))
    if facts.run.status in (R.FAILED, R.CANCELLED, R.UNDO_FAILED):
        found.append(Deed("retry", _("Retry from failed"), "replay", "btn-primary"))
    if facts.run.status == R.SUCCEEDED and catalog.planned_by(facts.run.runbook):
        found.append(Deed("deploy", _("Deploy this"), "rocket_launch", "btn-primary"))
    return found


def undoable(facts: Facts) -> int:
    """How many steps an undo would cover; 0 when one of them can't be undone."""
    book = catalog.runbook(facts.run.runbook)
    acted = [step for step in facts.steps if step.acted and step.status != S.UNDONE]
    can = book and all(step.action in book.actions and book.actions[step.action].undo for step in acted)
    return len(acted) if can and facts.run.status != R.UNDONE else 0


def deploy(request: HttpRequest, run_id: int) -> Run:
    """Start what this plan was made for, with the same parameters. Raises Invalid, Refused."""
    plan = Run.objects.select_related("environment").get(pk=run_id)
    target = catalog.planned_by(plan.runbook)
    if target is None:
        raise Http404(_("This run is not a plan."))
    key = keys.of(request.POST.get("nonce") or keys.fresh(), target.name, plan.environment_id, plan.params)
    return runs.start(target.name, plan.environment, plan.params, request.user, key)


VERBS: dict[str, tuple[Callable[..., None], Callable[[int], str]]] = {
    "cancel": (runs.cancel, lambda pk: _("Run %d is being cancelled.") % pk),
    "retry": (runs.retry, lambda pk: _("Run %d goes on from what failed.") % pk),
    "undo": (undoing.undo, lambda pk: _("The undo of run %d asks first.") % pk),
}


def require_seen(request: HttpRequest, run_id: int) -> None:
    """Raises Http404 when there is no such run, PermissionDenied when the person may not see it."""
    run = get_object_or_404(Run.objects.select_related("environment"), pk=run_id)
    rights.require_view(request.user, run.environment)


@require_POST
def do(request: HttpRequest, run_id: int, verb: str) -> HttpResponse:
    """Cancel, retry, undo or deploy, then back to the run's page; a refusal is a message there."""
    require_seen(request, run_id)
    try:
        if verb == "deploy":
            run_id = deploy(request, run_id).pk
        else:
            work, said = VERBS[verb]
            work(run_id, request.user)
            messages.info(request, said(run_id))
    except KeyError:
        raise Http404(_("A run can't do that.")) from None
    except OpsError as error:
        messages.error(request, error.message)
    return redirect("admin:opsportal_run_page", run_id)


@require_POST
def answer(request: HttpRequest, run_id: int, approval_id: int) -> HttpResponse:
    """Approve or reject what a step asked."""
    require_seen(request, run_id)
    get_object_or_404(Approval.objects.only("pk"), pk=approval_id, step__run=run_id)
    approve = request.POST.get("answer") == "approve"
    reason = request.POST.get(f"reason-{approval_id}", "").replace("\0", "").strip()[:2000]
    typed = request.POST.get(f"typed-{approval_id}", "").strip()
    try:
        approvals.answer(approval_id, request.user, approve, reason, typed)
    except OpsError as error:
        messages.error(request, error.message)
    return redirect("admin:opsportal_run_page", run_id)


@require_POST
def approve(request: HttpRequest, run_id: int) -> HttpResponse:
    """Approve the questions whose numbers are in `questions`, each for itself and bound to what it showed."""
    require_seen(request, run_id)
    named = [int(part) for part in request.POST.get("questions", "").split(",") if part.isdecimal() and len(part) < 19]
    known = Approval.objects.filter(pk__in=named[:100], step__run=run_id).order_by("pk").values_list("pk", flat=True)
    refused = []
    for pk in known:
        try:
            approvals.answer(pk, request.user, True)
        except OpsError as error:
            refused.append(error.message)
    for sentence in dict.fromkeys(refused):
        messages.error(request, sentence)
    return redirect("admin:opsportal_run_page", run_id)
