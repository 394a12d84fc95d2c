"""Lists of AWS in pages, with tokens that say where the next one begins."""

from collections.abc import Callable, Sequence
from typing import Any

from sandbox import pages
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
    try:
        rows, following = pages.cut(found, most, token)
    except pages.BadToken as bad:
        raise refuse("The token is invalid.") from bad
    return {key: rows} | ({token_key: following} if following else {})
