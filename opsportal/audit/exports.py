"""What the audit is as a file."""

from typing import Any

from ..exports import Sheet
from ..models import Audit

COLUMNS = (
    "id",
    "at",
    "who",
    "user_id",
    "address",
    "action",
    "kind",
    "object_id",
    "what",
    "environment_id",
    "environment",
    "data",
)


def values(row: Audit) -> list[Any]:
    return [row.at.isoformat() if name == "at" else getattr(row, name) for name in COLUMNS]


SHEET = Sheet(COLUMNS, values)
