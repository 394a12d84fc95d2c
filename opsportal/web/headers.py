"""Headers that keep a browser from doing with our pages what they are not for."""

from asyncio import iscoroutinefunction
from collections.abc import Callable
from typing import Any

from csp.middleware import CSPMiddleware, PolicyParts
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils.decorators import sync_and_async_middleware

from . import addresses

UNUSED = "camera=(), display-capture=(), geolocation=(), microphone=(), midi=(), payment=(), serial=(), usb=()"
HEADERS = {"Permissions-Policy": UNUSED, "Cross-Origin-Resource-Policy": "same-origin"}


@sync_and_async_middleware
def added(get_response: Callable[[HttpRequest], Any]) -> Callable[[HttpRequest], Any]:
    """The middleware that adds what neither Django nor django-csp sends, and takes away what a stranger may not say."""
    if not iscoroutinefunction(get_response):

        def plain(request: HttpRequest) -> HttpResponseBase:
            addresses.forget_forged(request)
            return with_headers(get_response(request))

        return plain

    async def middleware(request: HttpRequest) -> HttpResponseBase:
        addresses.forget_forged(request)
        return with_headers(await get_response(request))

    return middleware


def with_headers(response: HttpResponseBase) -> HttpResponseBase:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    return response


class Policy(CSPMiddleware):
    """The Content-Security-Policy of the settings, with what some addresses need besides: CSP_BESIDES, by prefix."""

    def get_policy_parts(
        self, request: HttpRequest, response: HttpResponseBase, report_only: bool = False
    ) -> PolicyParts:
        parts = super().get_policy_parts(request, response, report_only)
        for prefix, besides in settings.CSP_BESIDES.items():
            if request.path_info.startswith(prefix):
                parts.update = besides
        return parts
