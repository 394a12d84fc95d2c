"""Slack docs: Pagination. Pages with a cursor that says where the next one begins."""

from collections.abc import Sequence
from typing import Any

from sandbox import pages
from sandbox.slack.records import Json
from sandbox.slack.refusals import Refused


def page(found: Sequence[Any], key: str, most: int, cursor: str) -> Json:
    """`{key: items, response_metadata: {next_cursor}}`, the cursor empty on the last page; raises invalid_cursor."""
    try:
        rows, following = pages.cut(found, most, cursor)
    except pages.BadToken as bad:
        raise Refused("invalid_cursor") from bad
    return {key: rows, "response_metadata": {"next_cursor": following or ""}}
