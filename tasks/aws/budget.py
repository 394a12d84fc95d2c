"""An AWS account's request budget, shared by all workers: a token bucket in Redis, or in the process without it."""

import time
from dataclasses import dataclass, field
from functools import lru_cache
from threading import Lock
from typing import Any

import redis

from opsportal.live.hints import connect

SCRIPT = """
local rate, burst, floor = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local clock = redis.call('TIME')
local now = tonumber(clock[1]) + tonumber(clock[2]) / 1000000
local kept = redis.call('HMGET', KEYS[1], 'tokens', 'at')
local tokens = tonumber(kept[1]) or burst
tokens = math.min(burst, tokens + math.max(0, now - (tonumber(kept[2]) or now)) * rate)
local wait = 0
if tokens - 1 < floor then wait = (floor + 1 - tokens) / rate else tokens = tokens - 1 end
redis.call('HSET', KEYS[1], 'tokens', tostring(tokens), 'at', string.format('%.6f', now))
redis.call('EXPIRE', KEYS[1], 600)
return tostring(wait)
"""
AWAY = 5.0  # seconds the process goes by its own bucket before it asks Redis again


@dataclass
class Local:
    """The same bucket in this process alone."""

    tokens: float
    at: float = field(default_factory=time.monotonic)
    mutex: Lock = field(default_factory=Lock)

    def take(self, rate: float, burst: float, floor: float) -> float:
        with self.mutex:
            now = time.monotonic()
            self.tokens, self.at = min(burst, self.tokens + (now - self.at) * rate), now
            if self.tokens - 1 < floor:
                return (floor + 1 - self.tokens) / rate
            self.tokens -= 1
            return 0.0


@dataclass
class Budget:
    """`rate` calls a second for each account. Two seconds' worth may be saved up, and as much be borrowed by a wake-up
    that has begun, so that one which needs several calls is not cut in the middle."""

    rate: float
    server: "redis.Redis | None" = None
    away_until: float = 0.0
    local: dict[str, Local] = field(default_factory=dict)

    def take(self, account: str, begun: bool) -> float:
        """Take one call. Gives 0, or the seconds after which to come back when there is none left."""
        burst = max(2.0, 2 * self.rate)
        floor = -burst if begun else 0.0
        if self.server is not None and time.monotonic() >= self.away_until:
            try:
                return self._shared(account, burst, floor)
            except redis.RedisError:
                self.away_until = time.monotonic() + AWAY
        bucket = self.local.setdefault(account, Local(burst))
        return bucket.take(self.rate, burst, floor)

    def _shared(self, account: str, burst: float, floor: float) -> float:
        server: Any = self.server
        return float(server.eval(SCRIPT, 1, f"opsportal:aws:{account}", self.rate, burst, floor))


@lru_cache(maxsize=4)
def shared(url: str, rate: float) -> Budget:
    """The budget behind this Redis address, one a process."""
    return Budget(rate, connect(url, 0.5))
