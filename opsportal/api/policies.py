"""Policies over HTTP: what is done again and again, when it is due, what became of it; and running it at once."""

from collections.abc import Collection, Sequence
from typing import Any

from django.db.models import Prefetch
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.views.decorators.http import conditional_page
from ninja import Header, Router, Status
from ninja.decorators import decorate_view

from .. import firings, policies, redaction, rights
from ..models import Firing, Policy, Run
from . import runs, shapes
from .callers import Caller, by
from .problems import PROBLEMS, Problem

router = Router(tags=["policies"])
FIRINGS = 20  # the last ones, which a policy is told with
TOLD = "Sent again within 7 days, it gives the same firing."
KEY_HEADER: Any = Header("", alias=runs.KEY, max_length=100, description=TOLD)  # type: ignore[type-arg]


@router.get("/policies", response={200: list[shapes.Policy], **PROBLEMS}, summary="List policies")
@decorate_view(conditional_page)
def listed(request: HttpRequest) -> list[dict[str, Any]]:
    """Those all of whose environments this token may see, by name."""
    return [told(each) for each in policies.covered(by(request)).order_by("name")]


@router.get("/policies/{int:policy_id}", response={200: shapes.WholePolicy, **PROBLEMS}, summary="Read a policy")
@decorate_view(conditional_page)
def read(request: HttpRequest, policy_id: int) -> dict[str, Any]:
    """The policy with its last firings and their runs."""
    found = seen(request, policy_id)
    last, hidden = with_runs(found, by(request)).order_by("-pk")[:FIRINGS], rights.hidden(by(request))
    return told(found) | {"firings": [fired(each, hidden) for each in last]}


@router.post("/policies/{int:policy_id}/run", response={202: shapes.Firing, **PROBLEMS}, summary="Run a policy")
def run_now(request: HttpRequest, policy_id: int, key: str = KEY_HEADER) -> Status[dict[str, Any]]:
    """At once, whatever its schedule says. 409 while the firing before it is not over, unless the policy queues."""
    found = seen(request, policy_id)
    if not firings.may_run(found, by(request)):
        raise Problem(403, _("This token may not start runs on all environments of “%(name)s”.") % {"name": found.name})
    runs.require_runbook(by(request), found.runbook)
    firing = firings.run_now(found.pk, by(request), key)
    return Status(202, fired(with_runs(found, by(request)).get(pk=firing.pk), set()))


def seen(request: HttpRequest, policy_id: int) -> Policy:
    """The policy, where this token may see it. Raises Problem: whether it is there is not told."""
    found = policies.covered(by(request)).filter(pk=policy_id).first() if policy_id < 2**63 else None
    if found is None:
        raise Problem(404, _("There is no such policy, or this token may not see it."))
    return found


def with_runs(policy: Policy, caller: Caller) -> Any:
    runs_of = Prefetch("runs", rights.visible(Run.objects.order_by("pk").only("firing"), caller))
    return policy.firings.select_related("by").prefetch_related(runs_of)


def told(policy: Policy) -> dict[str, Any]:
    """The policy; secrets stay here."""
    names: Sequence[str] = sorted(each.name for each in policy.environments.all())
    known = {name: getattr(policy, name) for name in policies.FIELDS}
    own = {"id": policy.pk, "environments": names, "next_due": policy.next_due, "speaks_for": str(policy.edited_by)}
    return known | own | {"params": redaction.data(policy.params)}


def fired(firing: Firing, hidden: Collection[str]) -> dict[str, Any]:
    columns = ("due_at", "fired_at", "missed", "status")
    own = {"id": firing.pk, "by": str(firing.by or ""), "runs": [run.pk for run in firing.runs.all()]}
    own["reason"] = firings.without(firing.reason, hidden)
    return {name: getattr(firing, name) for name in columns} | own
