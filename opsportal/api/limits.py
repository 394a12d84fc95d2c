"""How often one token may ask: a token bucket (RFC 2697's kind) in each web process, which needs no Redis."""

import time
from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock

RATE = 50.0  # requests a second
BURST = 100.0
KNOWN = 10_000  # callers remembered; who asked longest ago is forgotten, and begins anew

_buckets: OrderedDict[Hashable, tuple[float, float]] = OrderedDict()
_mutex = Lock()


def take(caller: Hashable, now: float | None = None, rate: float | None = None, burst: float | None = None) -> float:
    """Count one request: 0 when it may be answered now, else the seconds until one may.

    `rate` and `burst`: those of this kind of caller, where they are not the usual ones.
    """
    rate, burst = rate or RATE, burst or BURST
    now = time.monotonic() if now is None else now
    with _mutex:
        left, at = _buckets.pop(caller, (burst, now))
        left = min(burst, left + (now - at) * rate)
        _buckets[caller] = (max(0.0, left - 1), now)
        if len(_buckets) > KNOWN:
            _buckets.popitem(last=False)
    return 0.0 if left >= 1 else (1 - left) / rate
