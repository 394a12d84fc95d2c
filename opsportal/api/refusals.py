"""Refused CI tokens: in the audit where an allowed issuer has signed them, else counted in the log.

Neither lets an outsider fill a disk: the audit lists so many an hour, the log says one line a minute.
"""

import logging
import time
from collections import Counter
from threading import Lock

from .. import audit
from ..audit import edits
from . import claims
from .oidc import Untrusted

log = logging.getLogger(__name__)

EVERY = 60.0  # seconds between two lines
_counts: Counter[str] = Counter()
_mutex = Lock()
_said = float("-inf")


def record(refused: Untrusted, address: str) -> None:
    """Write down why; the token itself is in neither place."""
    if refused.claims is None:
        count(refused.why)
        return
    left = edits.room("publisher.refuse", address)
    if left > 0:
        data = {"why": refused.why, **claims.shown(refused.claims), **edits.last(left)}
        audit.record("publisher.refuse", refused.publisher, claims.who(refused.claims), data)


def count(why: str, now: float | None = None) -> None:
    """Count one that nobody allowed has signed; the line says how many there were since the last one."""
    global _said
    now = time.monotonic() if now is None else now
    with _mutex:
        _counts[why] += 1
        if now - _said < EVERY:
            return
        _said, counted = now, dict(_counts)
        _counts.clear()
    log.warning("CI tokens refused: %s", ", ".join(f"{number} × {why}" for why, number in counted.items()))
