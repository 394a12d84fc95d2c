"""The audit as a file, page by page: a million rows take no more memory than a thousand."""

import csv
import io
import json
from collections.abc import AsyncIterator, Sequence
from typing import Any

from asgiref.sync import sync_to_async
from django.db.models import QuerySet

from ..models import Audit

PAGE = 1000
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
FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
BROKEN = ("\t", "\r", "\n")


async def stream(rows: "QuerySet[Audit]", form: str) -> AsyncIterator[str]:
    """The rows, newest first, as "csv" or "json"."""
    write, end = FORMS[form]
    first, last = True, None
    while first or last:
        page = await sync_to_async(older)(rows, last)
        yield write(page, first)
        first, last = False, page[-1].pk if len(page) == PAGE else None
    yield end


def older(rows: "QuerySet[Audit]", than: int | None) -> list[Audit]:
    """The next page. By key, since MariaDB's driver would hold all rows of one query in memory."""
    rest = rows.order_by("-pk") if than is None else rows.filter(pk__lt=than).order_by("-pk")
    return list(rest[:PAGE])


def values(row: Audit) -> dict[str, Any]:
    return {name: getattr(row, name) for name in COLUMNS} | {"at": row.at.isoformat()}


def as_csv(page: Sequence[Audit], first: bool) -> str:
    text = io.StringIO()
    lines = csv.writer(text)
    if first:
        lines.writerow(COLUMNS)
    for row in page:
        cells = values(row) | {"data": json.dumps(row.data, ensure_ascii=False)}
        lines.writerow([safe(cell) for cell in cells.values()])
    return text.getvalue()


def safe(cell: Any) -> Any:
    """The cell as no spreadsheet takes it for a formula. OWASP: CSV Injection."""
    if isinstance(cell, str) and (cell.lstrip().startswith(FORMULA) or cell.startswith(BROKEN)):
        return f"'{cell}"
    return cell


def as_json(page: Sequence[Audit], first: bool) -> str:
    """Part of one JSON list."""
    texts = [json.dumps(values(row), ensure_ascii=False) for row in page]
    start = "[\n" if first else ",\n" if page else ""
    return start + ",\n".join(texts)


FORMS = {"csv": (as_csv, ""), "json": (as_json, "\n]\n")}
