"""The pages that checks have just looked at: several of them go through the same ones."""

from collections import OrderedDict
from collections.abc import Callable
from typing import Any

ROOM = 1_000_000  # bytes of pages as they are kept; some 40 times as many in memory


class Shelf:
    """Holds pages up to ROOM, those that were asked for last."""

    def __init__(self) -> None:
        self.pages: OrderedDict[tuple[str, int], tuple[Any, int]] = OrderedDict()
        self.size = 0

    def page(self, call: str, number: int, get: Callable[[], tuple[Any, int]]) -> Any:
        """The page, got with its size where it is not here."""
        place = (call, number)
        if place not in self.pages:
            self.pages[place] = get()
            self.size += self.pages[place][1]
        self.pages.move_to_end(place)
        found = self.pages[place][0]
        while self.size > ROOM:
            self.size -= self.pages.popitem(last=False)[1][1]
        return found
