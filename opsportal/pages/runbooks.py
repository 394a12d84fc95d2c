"""The list of runbooks: what each does, its parameters and the IAM actions it needs."""

from dataclasses import dataclass

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from .. import catalog, rights
from ..catalog import Runbook
from .fields import Field, fields


@dataclass(frozen=True)
class Entry:
    book: Runbook
    fields: list[Field]


@require_GET
def page(request: HttpRequest) -> HttpResponse:
    rights.require_view(request.user)
    context = {
        **admin.site.each_context(request),
        "title": _("Runbooks"),
        "is_fullwidth": "1",
        "crumbs": [(_("Runbooks"), "")],
        "entries": [Entry(book, fields(book.params, {}, {})) for book in catalog.runbooks()],
        "may_start": rights.may_start(request.user),
    }
    return TemplateResponse(request, "opsportal/runbooks.html", context)
