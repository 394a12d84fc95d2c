"""Approvals over HTTP: what is asked, with what is at stake, and its answer."""

from typing import Any, Literal

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.views.decorators.http import conditional_page
from ninja import Query, Router
from ninja.decorators import decorate_view

from .. import approvals, redaction, rights
from ..models import Approval
from . import paging, shapes
from .callers import by
from .problems import PROBLEMS, Problem

router = Router(tags=["approvals"])
MOST = 100


@router.get("/approvals", response={200: shapes.Approvals, **PROBLEMS}, summary="List approvals, the newest first")
@decorate_view(conditional_page)
def listed(
    request: HttpRequest,
    status: Literal["", "open", "approved", "rejected", "expired", "withdrawn"] = "open",
    limit: int = Query(20, ge=1, le=MOST),  # type: ignore[type-arg]
    cursor: str = "",
) -> dict[str, Any]:
    """Open ones by default; `status=` lists all."""
    rows = visible(request).filter(**({"status": status} if status else {}))
    found, after = paging.page(rows, limit, cursor)
    return {"items": [told(each) for each in found], "next": after}


@router.get("/approvals/{int:approval_id}", response={200: shapes.Approval, **PROBLEMS}, summary="Read an approval")
@decorate_view(conditional_page)
def read(request: HttpRequest, approval_id: int) -> dict[str, Any]:
    """The question with all that is put before who answers it."""
    return told(seen(request, approval_id))


@router.post("/approvals/{int:approval_id}", response={200: shapes.Approval, **PROBLEMS}, summary="Answer an approval")
def answer(request: HttpRequest, approval_id: int, body: shapes.Answer) -> dict[str, Any]:
    """Bound to `digest`, that of what was shown. 409 where it is closed, or another person has to answer."""
    found = seen(request, approval_id)
    if not rights.may_answer(by(request), found.step.run.environment):
        words = {"name": found.step.run.environment.name}
        raise Problem(403, _("This token may not answer approvals on %(name)s.") % words)
    if body.digest != found.digest:
        text = _("What is asked is not what you were shown. Read the approval again.")
        raise Problem(409, text, {"digest": text})
    approvals.answer(found.pk, by(request), body.answer == "approve", body.reason.strip(), body.typed_name)
    return told(seen(request, approval_id))


def visible(request: HttpRequest) -> Any:
    rows = Approval.objects.select_related("step__run__environment", "answered_by")
    return rights.visible(rows, by(request), "step__run__environment")


def seen(request: HttpRequest, approval_id: int) -> Approval:
    """The approval, where this token may see it. Raises Problem: whether it is there is not told."""
    found: Approval | None = visible(request).filter(pk=approval_id).first() if approval_id < 2**63 else None
    if found is None:
        raise Problem(404, _("There is no such approval, or this token may not see it."))
    return found


def told(approval: Approval) -> dict[str, Any]:
    return {
        "id": approval.pk,
        "run": approval.step.run_id,
        "step": approval.step.key,
        "environment": approval.step.run.environment.name,
        "question": approval.question,
        "shown": redaction.data(approval.shown),
        "digest": approval.digest,
        "status": approval.status,
        "needed": approval.needed,
        "asked_at": approval.asked_at,
        "expires_at": approval.expires_at,
        "answered_by": str(approval.answered_by or ""),
        "reason": approval.reason,
    }
