"""What a person is told after an error that nothing caught."""

import sys

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from ..trouble import is_away

AGAIN = "5"  # seconds after which to ask again


def page(request: HttpRequest) -> HttpResponse:
    """Django's handler500. That the database is away is no mistake of the portal's: it is said, with 503.

    Reads no row and no session. Sources: Django docs, "Customizing error views"; RFC 9110, 10.2.3.
    """
    if is_away(sys.exception()):
        return HttpResponse(render_to_string("503.html"), status=503, headers={"Retry-After": AGAIN})
    return HttpResponse(render_to_string("500.html"), status=500)
