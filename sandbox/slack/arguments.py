"""Arguments of a call, which arrive as JSON, as form fields or in the query, so as values or as text."""

import json
from typing import Any

from sandbox.slack.records import Json
from sandbox.slack.refusals import Refused, explained

MOST = 1000


def text(given: Json, name: str) -> str:
    value = given.get(name, "")
    return value if isinstance(value, str) else "" if value is None else str(value)


def needed(given: Json, name: str) -> str:
    """Raises invalid_arguments where it is missing."""
    value = text(given, name)
    if not value:
        raise explained("invalid_arguments", [f"missing required field: {name}"])
    return value


def flag(given: Json, name: str, default: bool = False) -> bool:
    value = given.get(name)
    return default if value in (None, "") else str(value).lower() in ("1", "true")


def count(given: Json, name: str, default: int, most: int = MOST) -> int:
    """Raises invalid_limit when it is not from 1 to `most`."""
    value = str(given.get(name) or default)
    if not value.isdigit() or not 1 <= int(value) <= most:
        raise Refused("invalid_limit")
    return int(value)


def structure(given: Json, name: str, error: str) -> Any:
    """A list or an object, also one that is JSON in a text; None where it is missing. Raises `error`."""
    value = given.get(name)
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value) if value else None
    except ValueError as bad:
        raise Refused(error) from bad
