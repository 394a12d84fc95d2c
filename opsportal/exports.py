"""Rows as a file, page by page: a million take no more memory than a thousand."""

import csv
import io
import json
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from asgiref.sync import sync_to_async
from django.db.models import QuerySet
from django.http import StreamingHttpResponse

PAGE = 1000
FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
BROKEN = ("\t", "\r", "\n")
KINDS = {"csv": "text/csv", "json": "application/json"}


@dataclass(frozen=True)
class Sheet:
    """What is told of a row: the names of its columns, and their values as JSON has them."""

    columns: Sequence[str]
    values: Callable[[Any], Sequence[Any]]


async def stream(rows: "QuerySet[Any]", form: str, sheet: Sheet) -> AsyncIterator[str]:
    """The rows, newest first, as "csv" or "json"."""
    write, end = FORMS[form]
    first, last = True, None
    while first or last:
        page = await sync_to_async(older)(rows, last)
        yield write(sheet, page, first)
        first, last = False, page[-1].pk if len(page) == PAGE else None
    yield end


def older(rows: "QuerySet[Any]", than: int | None) -> list[Any]:
    """The next page. By key, since MariaDB's driver would hold all rows of one query in memory."""
    rest = rows.order_by("-pk") if than is None else rows.filter(pk__lt=than).order_by("-pk")
    return list(rest[:PAGE])


def as_csv(sheet: Sheet, page: Sequence[Any], first: bool) -> str:
    text = io.StringIO()
    lines = csv.writer(text)
    if first:
        lines.writerow(sheet.columns)
    lines.writerows([safe(cell) for cell in sheet.values(row)] for row in page)
    return text.getvalue()


def safe(cell: Any) -> Any:
    """The cell as no spreadsheet takes it for a formula; JSON as text. OWASP: CSV Injection."""
    if isinstance(cell, dict | list):
        return json.dumps(cell, ensure_ascii=False)
    if isinstance(cell, str) and (cell.lstrip().startswith(FORMULA) or cell.startswith(BROKEN)):
        return f"'{cell}"
    return cell


def as_json(sheet: Sheet, page: Sequence[Any], first: bool) -> str:
    """Part of one JSON list."""
    texts = [json.dumps(dict(zip(sheet.columns, sheet.values(row), strict=True)), ensure_ascii=False) for row in page]
    start = "[\n" if first else ",\n" if page else ""
    return start + ",\n".join(texts)


FORMS = {"csv": (as_csv, ""), "json": (as_json, "\n]\n")}


def download(pieces: Any, name: str, form: str) -> StreamingHttpResponse:
    """The pieces as a file named after this and the time."""
    file = f"{name}-{datetime.now(UTC):%Y%m%d-%H%M%S}.{form}"
    headers = {"Content-Disposition": f'attachment; filename="{file}"', "Cache-Control": "no-store"}
    return StreamingHttpResponse(pieces, content_type=f"{KINDS[form]}; charset=utf-8", headers=headers)
