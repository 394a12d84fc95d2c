"""Environments and runbooks over HTTP: where something can be run, and what."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.views.decorators.http import conditional_page
from ninja import Router
from ninja.decorators import decorate_view

from .. import catalog, rights
from ..catalog import Runbook
from ..models import Environment
from . import shapes
from .callers import Caller, by
from .problems import PROBLEMS, Problem

router = Router()


@router.get(
    "/environments",
    response={200: list[shapes.Environment], **PROBLEMS},
    tags=["environments"],
    summary="List environments",
)
@decorate_view(conditional_page)
def environments(request: HttpRequest) -> list[dict[str, Any]]:
    """All that this token may see, by name."""
    return [where(each, by(request)) for each in rights.environments(by(request)).order_by("name")]


@router.get(
    "/environments/{name}",
    response={200: shapes.Environment, **PROBLEMS},
    tags=["environments"],
    summary="Read an environment",
)
@decorate_view(conditional_page)
def environment(request: HttpRequest, name: str) -> dict[str, Any]:
    found = rights.environments(by(request)).filter(name=name.replace("\0", "")).first()
    if found is None:
        raise Problem(404, _("There is no such environment, or this token may not see it."))
    return where(found, by(request))


@router.get(
    "/runbooks", response={200: list[shapes.Runbook], **PROBLEMS}, tags=["runbooks"], summary="List what can be run"
)
@decorate_view(conditional_page)
def runbooks(request: HttpRequest) -> list[dict[str, Any]]:
    """Every runbook with the JSON Schema of its parameters."""
    return [what(book) for book in catalog.runbooks()]


@router.get("/runbooks/{name}", response={200: shapes.Runbook, **PROBLEMS}, tags=["runbooks"], summary="Read a runbook")
@decorate_view(conditional_page)
def runbook(request: HttpRequest, name: str) -> dict[str, Any]:
    book = catalog.runbook(name)
    if book is None:
        raise Problem(404, _("There is no such runbook."))
    return what(book)


def where(environment: Environment, caller: Caller) -> dict[str, Any]:
    return {
        "name": environment.name,
        "account": environment.account,
        "regions": environment.regions,
        "protected": environment.protected,
        "may_start": rights.may_start(caller, environment),
    }


def what(book: Runbook) -> dict[str, Any]:
    parameters = book.params.model_json_schema()
    return {"name": book.name, "title": str(book.title), "summary": str(book.summary), "parameters": parameters}
