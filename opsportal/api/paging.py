"""Pages of rows, the newest first: a cursor is a place between two rows, so that nothing is seen twice or left out."""

import base64
import binascii
from typing import Any

from django.utils.translation import gettext as _

from .problems import Problem


def page(rows: Any, limit: int, cursor: str) -> tuple[list[Any], str | None]:
    """So many of these rows after the cursor, and the cursor of the next page; None: there is none."""
    if cursor:
        rows = rows.filter(pk__lt=place(cursor))
    found = list(rows.order_by("-pk")[: limit + 1])
    return found[:limit], mark(key(found[limit - 1])) if len(found) > limit else None


def key(row: Any) -> int:
    return int(row["id"] if isinstance(row, dict) else row.pk)


def mark(pk: int) -> str:
    """The cursor after this row; what it is made of is nobody's business."""
    return base64.urlsafe_b64encode(str(pk).encode()).decode().rstrip("=")


def place(cursor: str) -> int:
    """The key of the row that the cursor stands after. Raises Problem."""
    try:
        found = int(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error):
        found = -1
    if not 0 < found < 2**63:
        text = _("Take a cursor from the “next” of a page.")
        raise Problem(422, text, {"cursor": text})
    return found
