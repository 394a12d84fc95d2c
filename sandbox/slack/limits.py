"""Slack docs: Rate limits. So many calls a minute by method, with bursts, and one message a second in a channel."""

import math
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Pace:
    """`burst` calls may come at once; they are given back one by one, `a_minute` of them."""

    a_minute: float
    burst: float
    by_channel: bool = False


TIER_2, TIER_3, TIER_4 = Pace(20, 20), Pace(50, 50), Pace(100, 100)
POSTING = Pace(60, 5, by_channel=True)
SPECIAL = Pace(600, 100)


@dataclass
class Bucket:
    left: float
    at: float


@dataclass
class Limits:
    buckets: dict[str, Bucket] = field(default_factory=dict)

    def wait(self, key: str, pace: Pace, now: float, speed: float) -> int:
        """Takes one call; 0 when it may go, or else the whole seconds of Retry-After."""
        bucket = self.buckets.setdefault(key, Bucket(pace.burst, now))
        gained = (now - bucket.at) * speed * pace.a_minute / 60
        bucket.left, bucket.at = min(pace.burst, bucket.left + gained), now
        if bucket.left >= 1:
            bucket.left -= 1
            return 0
        return max(1, math.ceil((1 - bucket.left) * 60 / pace.a_minute / speed))
