"""Lists in pages, by an opaque token that says where the next one begins; each API has its own words for a bad one."""

import base64
from collections.abc import Sequence
from typing import TypeVar

Row = TypeVar("Row")


class BadToken(Exception):
    """A token that no page gave."""


def cut(rows: Sequence[Row], most: int, token: str | None) -> tuple[list[Row], str | None]:
    """So many rows from the token on, and the next token, None at the end. Raises BadToken."""
    start = _place(token) if token else 0
    end = start + most
    return list(rows[start:end]), _token(end) if end < len(rows) else None


def _token(place: int) -> str:
    return base64.urlsafe_b64encode(f"from:{place}".encode()).decode()


def _place(token: str) -> int:
    try:
        word, _, place = base64.urlsafe_b64decode(token).decode().partition(":")
    except ValueError as error:
        raise BadToken(token) from error
    if word != "from" or not place.isdigit():
        raise BadToken(token)
    return int(place)
