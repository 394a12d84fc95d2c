"""What a sweep's step has read from AWS, page by page: kept until the step is over, so that nothing is read twice."""

import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import msgpack  # type: ignore[import-untyped]

from .models import Page, Step

FORMAT = 2  # of what is packed; who changes it lets pages of before be read anew
DATETIME = 3  # how msgpack gives its timestamps back
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
    """The page as it is kept: MessagePack, compressed. Raises TypeError for what is neither JSON, a date, nor bytes."""
    packed: bytes = msgpack.packb(page, datetime=True)
    return zlib.compress(packed, QUICK)


def unpacked(content: bytes) -> Any:
    """The page as it was, its dates in UTC."""
    return msgpack.unpackb(zlib.decompress(content), timestamp=DATETIME)


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


def page(step_id: int, call: str, number: int) -> tuple[Any, int]:
    """One kept page, and how many bytes it is kept in."""
    content = Page.objects.filter(step=step_id, call=call, number=number).values_list("content", flat=True).get()
    return unpacked(bytes(content)), len(content)


def drop(step: Step) -> None:
    """Forget what the step has read."""
    Page.objects.filter(step=step).delete()
