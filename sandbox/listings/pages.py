"""Pages of a list by an opaque token."""

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import TypeVar

Row = TypeVar("Row")


class BadToken(Exception):
    """A token that no page gave."""


def page(rows: Sequence[Row], most: int, token: str | None) -> tuple[list[Row], str | None]:
    """So many rows from the token on, and the next token, None at the end. Raises BadToken."""
    start = _place(token) if token else 0
    end = start + most
    return list(rows[start:end]), _token(end) if end < len(rows) else None


def _token(place: int) -> str:
    return base64.urlsafe_b64encode(f"page:{place}".encode()).decode()


def _place(token: str) -> int:
    try:
        return int(base64.urlsafe_b64decode(token).decode().removeprefix("page:"))
    except (binascii.Error, ValueError) as error:
        raise BadToken(token) from error


def within(value: int, name: str, least: int, most: int, refusal: Callable[[str], Exception]) -> int:
    """The value; raises the service's refusal with AWS's sentence about a member out of its bounds."""
    if least <= value <= most:
        return value
    bound = f"less than or equal to {most}" if value > most else f"greater than or equal to {least}"
    text = f"Value '{value}' at '{name}' failed to satisfy constraint: Member must have value {bound}"
    raise refusal(f"1 validation error detected: {text}")
