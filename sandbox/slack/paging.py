"""Slack docs: Pagination. Pages with a cursor that says where the next one begins."""

import base64
from collections.abc import Sequence
from typing import Any

from sandbox.slack.records import Json
from sandbox.slack.refusals import Refused


def page(found: Sequence[Any], key: str, most: int, cursor: str) -> Json:
    """`{key: items, response_metadata: {next_cursor}}`, the cursor empty on the last page; raises invalid_cursor."""
    start = _place(cursor) if cursor else 0
    rest = start + most < len(found)
    following = base64.b64encode(f"from:{start + most}".encode()).decode() if rest else ""
    return {key: list(found[start : start + most]), "response_metadata": {"next_cursor": following}}


def _place(cursor: str) -> int:
    try:
        word, _, place = base64.b64decode(cursor, validate=True).decode().partition(":")
    except ValueError as bad:
        raise Refused("invalid_cursor") from bad
    if word != "from" or not place.isdigit():
        raise Refused("invalid_cursor")
    return int(place)
