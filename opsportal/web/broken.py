"""What a person is told after an error that nothing caught."""

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

AGAIN = "5"  # seconds after which to ask again
# MariaDB docs, "MariaDB Error Code Reference": too many connections, shutdown, not reached, gone, lost during a query.
GONE = (1040, 1053, 2002, 2003, 2006, 2013)
# PostgreSQL docs, "PostgreSQL Error Codes": connection exception, operator intervention. Not connected at all has none.
STATES = ("08", "57P")


def page(request: HttpRequest) -> HttpResponse:
    """Django's handler500. That the database is away is no mistake of the portal's: it is said, with 503.

    Reads no row and no session. Sources: Django docs, "Customizing error views"; RFC 9110, 10.2.3.
    """
    if away(sys.exception()):
        return HttpResponse(render_to_string("503.html"), status=503, headers={"Retry-After": AGAIN})
    return HttpResponse(render_to_string("500.html"), status=500)


def away(error: BaseException | None) -> bool:
    """Whether it says that the database was not reached; a deadlock or a missing table are other matters."""
    if isinstance(error, InterfaceError):
        return True
    if not isinstance(error, OperationalError):
        return False
    cause = error.__cause__
    if cause is not None and hasattr(cause, "sqlstate"):
        return cause.sqlstate is None or cause.sqlstate.startswith(STATES)
    return error.args[:1] in [(code,) for code in GONE] or "unable to open database" in str(error)
