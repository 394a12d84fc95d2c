"""What tokens are used for, on record: each request with its answer, and the same again once an hour.

A program that waits for a run asks once a second, and may not fill the audit. What a request changes is on record
each time, by the function that changes it.
"""

import json
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from functools import wraps
from threading import Lock
from typing import Any

from django.db import DatabaseError
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from .. import audit
from ..audit import edits
from ..web import addresses
from . import problems
from .callers import Caller

EVERY = 3600.0  # seconds after which the same is on record again
MOST = 200  # different requests of one token in that time; the last one's row says that no more are listed
KNOWN = 1000  # tokens remembered in each web process; who asked longest ago is forgotten, and begins anew
REFUSED = 400  # statuses from here on


@dataclass
class Hour:
    """What is on record of one token since `begun`, in seconds of the monotonic clock."""

    begun: float
    listed: set[tuple[str, ...]] = field(default_factory=set)


_hours: OrderedDict[int, Hour] = OrderedDict()
_mutex = Lock()


def recorded(view: problems.View) -> problems.View:
    """The operation; what its caller asked and was answered is on record before the answer is sent."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        try:
            record(request, response)
        except DatabaseError as error:
            _hours.clear()  # it is not on record
            return problems.told(request, error)
        return response

    return answered


def record(request: HttpRequest, response: HttpResponseBase) -> None:
    """Write the use down where it is the hour's first of its kind. Who sent no valid token is not known here."""
    caller: Caller | None = getattr(request, "auth", None)
    if not isinstance(caller, Caller):
        return
    token, asked = caller.token, f"{request.method} {request.path}".replace("\0", "")[:200]
    problem = why(response) if response.status_code >= REFUSED else {}
    if left := room(token.pk, (asked, str(problem.get("status")), addresses.client(request))):
        data = {"request": asked, **problem, **edits.last(left)}
        audit.record("request.refuse" if problem else "token.use", token, caller, data)


def room(token: int, use: tuple[str, ...], now: float | None = None) -> int:
    """How many rows of this token there is room for, this use among them; 0: it is listed, or the hour is full."""
    now = time.monotonic() if now is None else now
    with _mutex:
        hour = _hours.pop(token, None)
        if hour is None or now - hour.begun >= EVERY:
            hour = Hour(now)
        _hours[token] = hour
        if len(_hours) > KNOWN:
            _hours.popitem(last=False)
        left = 0 if use in hour.listed else MOST - len(hour.listed)
        if left:
            hour.listed.add(use)
    return left


def why(response: Any) -> dict[str, Any]:
    """The problem that was answered."""
    return {"status": response.status_code, "why": json.loads(response.content)["detail"]}
