"""Lists in pages, with tokens that say where the next one begins."""

import base64
from collections.abc import Callable, Sequence
from typing import Any

from sandbox.cloudformation.errors import Refused
from sandbox.cloudformation.records import Json


def page(
    found: Sequence[Any],
    key: str,
    most: int,
    token: str | None,
    refuse: Callable[[str], Refused],
    token_key: str = "NextToken",  # noqa: S107 - a member's name
) -> Json:
    """`{key: items}` with a token when there are more; an unreadable token raises what `refuse` makes of a sentence."""
    start = _place(token, refuse) if token else 0
    result: Json = {key: list(found[start : start + most])}
    return result | ({token_key: _token(start + most)} if start + most < len(found) else {})


def _token(place: int) -> str:
    return base64.urlsafe_b64encode(f"from {place}".encode()).decode()


def _place(token: str, refuse: Callable[[str], Refused]) -> int:
    try:
        word, _, place = base64.urlsafe_b64decode(token).decode().partition(" ")
        if word == "from" and place.isdigit():
            return int(place)
    except ValueError:
        pass
    raise refuse("The token is invalid.")
