"""What machines ask: /livez, /readyz and /metrics, answered before sessions, hosts and redirects are looked at.

A load balancer and Prometheus call a process by its address, over http: no Host of theirs can be expected to be one of
ALLOWED_HOSTS. The answers depend on none.
"""

from asyncio import iscoroutinefunction
from collections.abc import Callable
from typing import Any

from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.utils.decorators import sync_and_async_middleware
from django.utils.translation import gettext as _

from . import Facts, ills, metrics
from .observing import DATABASE, MIGRATIONS, STORE, Look, facts

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
}


@sync_and_async_middleware
def answered(get_response: Callable[[HttpRequest], Any]) -> Callable[[HttpRequest], Any]:
    """The middleware, the first of all."""
    if not iscoroutinefunction(get_response):
        return lambda request: probe(request) if request.path_info in PROBES else get_response(request)

    async def middleware(request: HttpRequest) -> HttpResponse:
        if request.path_info == "/livez":
            return probe(request)
        if request.path_info in PROBES:  # never on a thread that a page's query may hold up
            return await sync_to_async(probe, thread_sensitive=False)(request)
        response: HttpResponse = await get_response(request)
        return response

    return middleware


def probe(request: HttpRequest) -> HttpResponse:
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(("GET", "HEAD"), headers=HEADERS)
    return PROBES[request.path_info](request)


def livez(request: HttpRequest) -> HttpResponse:
    """The process answers; nothing else is looked at."""
    return HttpResponse("ok\n", content_type="text/plain", headers=HEADERS)


def readyz(request: HttpRequest) -> HttpResponse:
    """Whether pages can be served: the database answers, and has the tables of this release.

    Redis being away is told and no reason to take the process away: the pages go on, reading rows.
    """
    found = facts()
    ready = found.database is not None and found.migrations == 0
    wrong = ills(found)
    body = {
        "status": ("degraded" if wrong else "ready") if ready else "not ready",
        "checks": checks(found),
        "ills": [{"what": ill.what, "severity": ill.severity, "text": ill.text, "cure": ill.cure} for ill in wrong],
    }
    return JsonResponse(body, status=200 if ready else 503, headers=HEADERS)


def checks(found: Facts) -> dict[str, dict[str, Any]]:
    """Each thing that was looked at; of what is away, since when this process has found it so."""
    return {
        "database": told(DATABASE, found.database is not None),
        "migrations": {**told(MIGRATIONS, found.migrations == 0), "missing": found.migrations},
        "redis": told(STORE, found.redis is not None),
    }


def told(look: Look[Any], well: bool) -> dict[str, Any]:
    return {"ok": True} if well else {"ok": False, "away_seconds": round(look.away(), 1)}


def metrics_text(request: HttpRequest) -> HttpResponse:
    if not metrics.allowed(request):
        text = _("Send METRICS_TOKEN as a bearer token; where none is set, /metrics is for this host only.")
        return HttpResponse(text, status=401, headers={**HEADERS, "WWW-Authenticate": "Bearer"})
    return HttpResponse(metrics.text(), content_type=metrics.CONTENT_TYPE, headers=HEADERS)


PROBES: dict[str, Callable[[HttpRequest], HttpResponse]] = {
    "/livez": livez,
    "/readyz": readyz,
    "/metrics": metrics_text,
}
