"""One batch of what leaves by age: a short transaction, and where the next one goes on."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db import transaction

from .. import turns
from ..writers import in_line


@dataclass(frozen=True)
class Batch:
    """What one transaction did: how many rows left, and the key to go on after; no key: this kind is done."""

    gone: int
    last: int | None


def alone(work: Callable[[], int]) -> int:
    """Do this in a short transaction of its own, again when it deadlocked."""

    def once() -> int:
        with in_line(), transaction.atomic(durable=True):
            return work()

    return turns.retried(once)
