"""One shape for everything that goes wrong: problem details (RFC 9457), with the wrong fields by their path."""

import logging
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import wraps
from http import HTTPStatus
from typing import Any, cast

from django.conf import settings
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import Error
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseNotAllowed,
    JsonResponse,
    StreamingHttpResponse,
)
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from ninja import NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError, ValidationError
from pydantic_core import ErrorDetails

from ..complaints import complaint
from ..errors import Invalid, Refused
from ..trouble import is_away, is_deadlock

log = logging.getLogger(__name__)

View = Callable[..., HttpResponseBase]
KIND = "application/problem+json"
AWAY, BUSY = 5, 1  # seconds after which to ask again: the database is away, or others are at the same rows


class Wrong(Schema):
    field: str
    detail: str


class Details(Schema):
    """Problem details (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[Wrong] = []


PROBLEMS = dict.fromkeys((400, 401, 403, 404, 409, 413, 422, 429, 500, 503), Details)  # what any operation may answer


class Limited(Exception):
    """Too many requests; `seconds` until the next one is answered."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class Problem(Exception):
    """Any answer that is a problem and nothing else."""

    def __init__(self, status: int, detail: str, fields: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status, self.detail, self.fields = status, detail, dict(fields or {})


def answer(
    status: int,
    detail: str,
    fields: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
) -> HttpResponse:
    """The problem as JSON; `fields`: what is wrong with which part of the request, such as `params.stack`."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
    }
    if fields:
        body["errors"] = [{"field": name, "detail": text} for name, text in fields.items()]
    return JsonResponse(body, status=status, content_type=KIND, headers=dict(headers or {}))


def told(request: HttpRequest, error: Any) -> HttpResponse:
    """What an exception is answered with: of ours, of Django, of django-ninja, and a fault."""
    match error:
        case Problem():
            return answer(error.status, error.detail, error.fields)
        case Limited():
            text = _("Too many requests. Try again in %(seconds)s s.") % {"seconds": round(error.seconds) or 1}
            return answer(429, text, headers={"Retry-After": str(round(error.seconds) or 1)})
        case Invalid():
            return answer(422, error.message, error.fields)
        case Refused():
            return answer(409, error.message)
        case ValidationError():
            fields = {path(each["loc"]): complaint(cast(ErrorDetails, each)) for each in error.errors}
            return answer(422, _("The request is not as it has to be."), fields)
        case AuthenticationError():
            text = _("Send a valid token: Authorization: Bearer opsp_….")
            return answer(401, text, headers={"WWW-Authenticate": 'Bearer realm="opsportal"'})
        case RequestDataTooBig():
            return too_large()
        case PermissionDenied():
            return answer(403, str(error) or _("This token may not do that."))
        case HttpError() if error.status_code == HTTPStatus.BAD_REQUEST:
            return answer(400, _("The body can't be read: send an object of JSON."))
        case HttpError():
            return answer(error.status_code, error.message)
        case Error() if is_away(error):
            log.warning("The database did not answer %s %s: %s", request.method, request.path, error)
            return answer(503, _("The database does not answer. Try again."), headers={"Retry-After": str(AWAY)})
        case Error() if is_deadlock(error):
            log.warning("Others were at the same rows as %s %s: %s", request.method, request.path, error)
            text = _("Others changed the same at the same moment. Try again.")
            return answer(503, text, headers={"Retry-After": str(BUSY)})
        case _ if not isinstance(error, Http404):
            log.error("%s %s failed.", request.method, request.path, exc_info=error)
            return answer(500, _("This is a fault of opsportal; its log says what went wrong."))
    return answer(404, _("There is no such thing here, or this token may not see it."))


def too_large() -> HttpResponse:
    text = _("The request is too large: at most %(n)s bytes.")
    return answer(413, text % {"n": settings.DATA_UPLOAD_MAX_MEMORY_SIZE})


@csrf_exempt
def nothing(request: HttpRequest) -> HttpResponse:
    """The view of every address below /api/ that is none."""
    return answer(404, _("There is nothing at this address; /api/v1/openapi.json lists those there are."))


def shaped(view: View) -> View:
    """The view of an address; a method that it does not take is a problem like any other (RFC 9110, 15.5.6).

    HEAD is answered as GET is, and the server leaves the body out (9.3.2).
    """

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        with as_get(request) as head:
            response = view(request, *args, **kwargs)
        if head and isinstance(response, StreamingHttpResponse):
            response.streaming_content = silence()
        if not isinstance(response, HttpResponseNotAllowed):
            return response
        methods = set(response["Allow"].split(", "))
        allowed = ", ".join(sorted(methods | ({"HEAD"} if "GET" in methods else set())))
        return answer(405, _("This address takes %(methods)s.") % {"methods": allowed}, headers={"Allow": allowed})

    return answered


@contextmanager
def as_get(request: HttpRequest) -> Iterator[bool]:
    """Within the block a HEAD is a GET; whether it was one."""
    asked = request.method
    request.method = "GET" if asked == "HEAD" else asked
    try:
        yield asked == "HEAD"
    finally:
        request.method = asked


async def silence() -> AsyncIterator[bytes]:
    """What HEAD gets of a stream, which would never end: nothing."""
    for each in list[bytes]():
        yield each


def path(parts: tuple[Any, ...]) -> str:
    """Where in the request: django-ninja begins with the kind of parameter and the name of our argument."""
    kind, *rest = parts
    return ".".join(str(part) for part in (rest[1:] if kind == "body" else rest))


def install(api: NinjaAPI) -> None:
    """Let this API answer everything that goes wrong so; django-ninja answers these kinds by itself."""
    for kind in (Exception, ValidationError, HttpError, Http404):
        api.add_exception_handler(kind, told)
