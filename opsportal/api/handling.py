"""What programs do to findings: the portal's deeds, to all that are named or to none; repeating changes nothing."""

from collections.abc import Callable, Sequence
from typing import Annotated, Any

from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Field as Told
from ninja import Router
from pydantic import AwareDatetime

from .. import handling, rights
from ..models import Finding
from . import findings, shapes
from .callers import Caller, by
from .problems import PROBLEMS, Problem

router = Router(tags=["findings"])
REASON = 500  # characters
ANSWERS = {200: shapes.Handled, **PROBLEMS}
Number = Annotated[int, Told(ge=1, lt=2**63)]


class Chosen(shapes.Strict):
    findings: list[Number] = Told(min_length=1, max_length=handling.MOST, description="Their numbers.")


class Acknowledge(Chosen):
    reason: str = Told("", max_length=REASON, description="What is done about it.")


class Snooze(Chosen):
    until: AwareDatetime = Told(description="180 days from now at most.", examples=["2026-12-31T00:00:00Z"])
    reason: str = Told("", max_length=REASON)


class Exempt(Snooze):
    reason: str = Told(max_length=REASON, description="Everybody who meets them reads it.")


class Assign(Chosen):
    to: str | None = Told(max_length=150, description="A username; null: nobody.", examples=["kim"])


@router.post("/findings/acknowledge", response=ANSWERS, summary="Acknowledge findings")
def acknowledge(request: HttpRequest, body: Acknowledge) -> dict[str, Any]:
    """Somebody knows of them."""
    return handled(request, body, handling.acknowledge, said(body.reason))


@router.post("/findings/snooze", response=ANSWERS, summary="Snooze findings")
def snooze(request: HttpRequest, body: Snooze) -> dict[str, Any]:
    """Hide them until then."""
    return handled(request, body, handling.snooze, body.until, said(body.reason))


@router.post("/findings/exempt", response=ANSWERS, summary="Exempt findings")
def exempt(request: HttpRequest, body: Exempt) -> dict[str, Any]:
    """Let them be as they are until then; no clean-up touches them."""
    return handled(request, body, handling.exempt, body.until, said(body.reason))


@router.post("/findings/assign", response=ANSWERS, summary="Assign findings")
def assign(request: HttpRequest, body: Assign) -> dict[str, Any]:
    """Make them somebody's, who has to see all of them: else 409."""
    return handled(request, body, handling.assign, person(body.to))


@router.post("/findings/open", response=ANSWERS, summary="Open findings again")
def reopen(request: HttpRequest, body: Chosen) -> dict[str, Any]:
    """End what was said of them. 409 where one is closed: a sweep opens it when it comes back."""
    return handled(request, body, handling.reopen)


def handled(request: HttpRequest, body: Chosen, deed: Callable[..., int], *given: Any) -> dict[str, Any]:
    """Do it: how many findings it changed, and how they stand now. Raises Problem, Invalid, Refused."""
    require(request, body.findings)
    changed = deed(set(body.findings), by(request), *given)
    rows = findings.visible(request).filter(pk__in=body.findings).order_by("pk").defer(*findings.UNTOLD)
    return {"changed": changed, "items": [findings.told(each) for each in rows]}


def require(request: HttpRequest, ids: Sequence[int]) -> None:
    """Raises Problem: one is not there for this token, or it may not handle them."""
    found = {each.pk: each for each in findings.visible(request).filter(pk__in=ids)}
    text = _("There is no such finding, or this token may not see it.")
    if missing := {f"findings.{place}": text for place, pk in enumerate(ids) if pk not in found}:
        raise Problem(422, text, missing)
    if alien := [each for each in found.values() if not may_handle(by(request), each)]:
        raise Problem(403, _("This token may not handle %(names)s.") % {"names": handling.named(alien)})


def may_handle(caller: Caller, finding: Finding) -> bool:
    """A token that names runbooks is for those alone."""
    return not caller.token.runbooks and rights.may(caller, rights.OPERATE, finding.environment)


def said(text: str) -> str:
    return text.replace("\0", "").strip()


def person(name: str | None) -> User | None:
    """The person of this name, None: nobody. Raises Problem."""
    if name is None:
        return None
    found = User.objects.filter(username=said(name), is_active=True).first()
    if found is None:
        text = _("There is nobody of this name, or they have left.")
        raise Problem(422, text, {"to": text})
    return found
