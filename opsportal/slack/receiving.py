"""Requests of Slack over HTTP, where the portal has an address: signed, fresh, and each taken once."""

import re
from time import time

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from slack_sdk.signature import SignatureVerifier

from ..words import gettext as _
from . import replays

FRESH = 300  # seconds
LONGEST = 1_000_000  # bytes of a body
UNREAD = (ValueError, TypeError, AttributeError, KeyError, RecursionError)  # Bolt's, of what is no payload of Slack's
WHOLE = re.compile(r"[0-9]{1,12}")


@csrf_exempt
@require_POST
def receive(request: HttpRequest) -> HttpResponse:
    """Slack docs: Verifying requests from Slack."""
    if not settings.SLACK_SIGNING_SECRET:
        raise Http404
    if len(request.body) > LONGEST:
        return refused(413, _("That is more than Slack sends."))
    if why := against(request):
        return refused(401, why)
    return dispatched(request)


def against(request: HttpRequest) -> str:
    """Why this is not taken for a request of Slack; empty: nothing stands against it."""
    at, signature = (request.headers.get(f"X-Slack-{name}", "") for name in ("Request-Timestamp", "Signature"))
    if not WHOLE.fullmatch(at) or abs(time() - int(at)) > FRESH:
        return _("The time of this request is not within five minutes of now.")
    if not genuine(request.body, at, signature):
        return _("This request is not signed by Slack.")
    return _("This request has been here before.") if replays.again(f"request:{at}:{signature}", 2 * FRESH) else ""


def genuine(body: bytes, at: str, signature: str) -> bool:
    """Signatures are compared as text of ASCII, and bodies are read as UTF-8: what is neither, Slack has not signed."""
    try:
        signed: bool = SignatureVerifier(settings.SLACK_SIGNING_SECRET).is_valid(body, at, signature)
    except (ValueError, TypeError):
        return False
    return signed


def dispatched(request: HttpRequest) -> HttpResponse:
    """The app's acknowledgement. It is imported with the first request, for the portal starts without it."""
    from slack_bolt import BoltRequest

    from .app import app

    try:
        asked = BoltRequest(body=request.body.decode(), headers={"content-type": request.content_type or ""})
    except UNREAD:
        return refused(400, _("This body can’t be read."))
    answer = app().dispatch(asked)
    return HttpResponse(answer.body, status=answer.status, headers=dict(answer.first_headers_without_set_cookie()))


def refused(status: int, why: str) -> HttpResponse:
    return JsonResponse({"error": why}, status=status)
