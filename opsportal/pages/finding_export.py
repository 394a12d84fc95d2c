"""The findings of a list as a file."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from .. import audit, clock, exports, redaction, rights
from ..errors import Invalid
from ..models import Finding
from . import sieve

RIGHT = "opsportal.export_finding"
TEXTS = ("region", "check_name", "resource", "name", "owner", "detail", "advice")
TIMES = ("first_seen", "last_seen", "opened_at", "closed_at", "until")
COLUMNS = (
    "id",
    "environment",
    "severity",
    "state",
    *TEXTS,
    "usd",
    "price",
    "evidence",
    "tags",
    "reason",
    "assigned_to",
    "times_seen",
    *TIMES,
)


def values(row: Finding) -> list[Any]:
    """By `COLUMNS`; secrets stay here."""
    known: dict[str, Any] = {name: getattr(row, name) for name in COLUMNS if name not in TIMES}
    known |= {name: at.isoformat() if (at := getattr(row, name)) else None for name in TIMES}
    known |= {
        "environment": row.environment.name,
        "severity": Finding.Severity(row.severity).name.lower(),
        "usd": None if row.usd is None else float(row.usd),
        "assigned_to": row.assigned_to.username if row.assigned_to else "",
    }
    return list(redaction.data({name: known[name] for name in COLUMNS}).values())


SHEET = exports.Sheet(COLUMNS, values)


@require_GET
def export(request: HttpRequest) -> HttpResponseBase:
    """As CSV what the list shows with this filter, all pages of it; that it was taken along is in the audit."""
    rights.require_view(request.user)
    if not rights.everywhere(request.user, RIGHT):
        raise PermissionDenied(_("You don’t have the right to export findings. An administrator can give it to you."))
    try:
        wanted = sieve.read(request.GET)
    except Invalid as error:
        return HttpResponse(error.message, status=400, content_type="text/plain; charset=utf-8")
    newest = Finding.objects.aggregate(newest=Max("pk"))["newest"] or 0
    rows = sieve.sifted(sieve.visible(request.user), wanted, clock.now()).filter(state=wanted.state, pk__lte=newest)
    audit.record("finding.export", data={"filter": request.GET.dict()})
    shown = rows.select_related("environment", "assigned_to")
    return exports.download(exports.stream(shown, "csv", SHEET), "findings", "csv")
