"""A proposed change on an environment's page: what it was and is to be, and what this person can do about it."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from .. import guards, proposals, rights
from ..errors import OpsError
from ..models import Environment, Proposal

PAGE = "admin:opsportal_environment_change"


def context(environment: Environment, user: Any) -> dict[str, Any]:
    """What the page shows of the open proposal; empty when there is none."""
    known = proposals.open_for(environment)
    if known is None:
        return {}
    against, mine = proposals.why_not(user, known), user.pk == known.by_id
    return {
        "proposal": known,
        "proposed": [(guards.label(name), *sides(name, pair)) for name, pair in known.changes.items()],
        "against": against,
        "mine": mine,
        "may_reject": not mine and rights.may(user, rights.ADMINISTER, environment),
        "typed": not against and proposals.needs_typed_name(user, known),
    }


def sides(name: str, pair: list[Any]) -> list[str]:
    return [guards.shown(name, side) for side in pair]


def waits(made: Proposal) -> str:
    """What a person reads who has just proposed something."""
    fields = ", ".join(guards.label(name) for name in made.changes)
    if proposals.one_person(made):
        text = _("Proposed, not changed yet: %(fields)s. Type the environment’s name above the form to apply it.")
    else:
        text = _("Proposed, not changed yet: %(fields)s. Another administrator has to apply it.")
    return text % {"fields": fields}


def apply(request: HttpRequest, pk: int) -> str:
    proposals.apply(pk, request.user, request.POST.get("typed_name", "").strip())
    return _("The proposed change is made.")


def reject(request: HttpRequest, pk: int) -> str:
    proposals.reject(pk, request.user)
    return _("The proposed change is rejected; nothing was changed.")


def withdraw(request: HttpRequest, pk: int) -> str:
    proposals.withdraw(pk, request.user)
    return _("The proposed change is withdrawn; nothing was changed.")


VERBS: dict[str, Callable[[HttpRequest, int], str]] = {"apply": apply, "reject": reject, "withdraw": withdraw}


@require_POST
def decide(request: HttpRequest, pk: int, proposal: int, verb: str) -> HttpResponse:
    """Apply, reject or withdraw, then back to the environment's page; a refusal is a message there."""
    known = get_object_or_404(Proposal.objects.select_related("environment"), pk=proposal, environment=pk)
    rights.require_view(request.user, known.environment)
    if verb not in VERBS:
        raise Http404(_("A proposed change is applied, rejected or withdrawn."))
    try:
        messages.success(request, VERBS[verb](request, known.pk))
    except OpsError as error:
        messages.error(request, error.message)
    return redirect(PAGE, pk)
