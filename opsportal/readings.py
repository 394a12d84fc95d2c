"""What a sweep's step has read from AWS, page by page: kept until the step is over, so that nothing is read twice."""

import json
import zlib
from base64 import b64decode, b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from secrets import token_hex
from typing import Any

from .models import Page, Step

MARK = 16  # characters
QUICK = 1  # zlib's level: pages live for minutes


@dataclass(frozen=True)
class Reading:
    """A page on its way to the database. `token`: where the next one begins, None: this is the last."""

    call: str
    number: int
    token: dict[str, Any] | None
    content: bytes


@dataclass(frozen=True)
class Place:
    """How far a call has been read: pages kept, and where the next one begins."""

    pages: int = 0
    token: dict[str, Any] | None = None

    @property
    def is_whole(self) -> bool:
        return self.pages > 0 and self.token is None


def packed(page: Any) -> bytes:
    """The page as it is kept: JSON, compressed. Raises TypeError for what is neither JSON, a date, nor bytes.

    What JSON has no word for stands under a mark that nobody who names things in AWS can know.
    """
    mark = token_hex(MARK // 2)
    text = mark + json.dumps(page, default=partial(told, mark), separators=(",", ":"))
    return zlib.compress(text.encode(), QUICK)


def unpacked(content: bytes) -> Any:
    """The page as it was, its dates in UTC."""
    text = zlib.decompress(content).decode()
    return json.loads(text[MARK:], object_hook=partial(restored, text[:MARK]))


def told(mark: str, value: Any) -> dict[str, str]:
    if isinstance(value, bytes):
        return {f"{mark} bytes": b64encode(value).decode()}
    if not isinstance(value, datetime):
        raise TypeError(f"A page with a {type(value).__name__} can't be kept.")
    return {f"{mark} date": value.isoformat()}


def restored(mark: str, value: dict[str, Any]) -> Any:
    if (dated := value.get(f"{mark} date")) is not None:
        return datetime.fromisoformat(dated)
    found = value.get(f"{mark} bytes")
    return value if found is None else b64decode(found)


def keep(step: Step, readings: Iterable[Reading]) -> None:
    """Write the pages in one statement or, on SQLite, in few."""
    Page.objects.bulk_create(
        Page(step=step, call=each.call, number=each.number, token=each.token, content=each.content) for each in readings
    )


def places(step_id: int) -> dict[str, Place]:
    """How far each call of this step has been read."""
    found: dict[str, Place] = {}
    rows = Page.objects.filter(step=step_id).order_by("call", "number").values_list("call", "number", "token")
    for call, number, token in rows.iterator():
        found[call] = Place(number + 1, token)
    return found


def page(step_id: int, call: str, number: int) -> Any:
    """One kept page."""
    content = Page.objects.filter(step=step_id, call=call, number=number).values_list("content", flat=True).get()
    return unpacked(bytes(content))


def drop(step: Step) -> None:
    """Forget what the step has read."""
    Page.objects.filter(step=step).delete()
