"""How often one token may ask: a token bucket (RFC 2697's kind) in each web process, which needs no Redis."""

import time
from collections import OrderedDict
from threading import Lock

RATE = 50.0  # requests a second
BURST = 100.0
KNOWN = 10_000  # callers remembered; who asked longest ago is forgotten, and begins anew

_buckets: OrderedDict[int, tuple[float, float]] = OrderedDict()
_mutex = Lock()


def take(caller: int, now: float | None = None) -> float:
    """Count one request: 0 when it may be answered now, else the seconds until one may."""
    now = time.monotonic() if now is None else now
    with _mutex:
        left, at = _buckets.pop(caller, (BURST, now))
        left = min(BURST, left + (now - at) * RATE)
        _buckets[caller] = (max(0.0, left - 1), now)
        if len(_buckets) > KNOWN:
            _buckets.popitem(last=False)
    return 0.0 if left >= 1 else (1 - left) / RATE
