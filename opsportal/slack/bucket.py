"""One budget of calls for the whole app, in Redis: Slack counts what all of its processes send together.

Slack docs: Rate limits. Tier 3, as chat.update, is 50 and more a minute; chat.postMessage takes one a second in a
channel.
The bucket is kept as the time at which it is full again (GCRA, ATM Forum TM 4.0, 4.4.2), by Redis's own clock.
"""

from dataclasses import dataclass

from django.conf import settings
from redis.commands.core import Script

from ..live.hints import broker

PREFIX = "opsportal:slack:"
TAKE = """
local clock = redis.call('TIME')
local now = clock[1] + clock[2] / 1000000
local full = math.max(tonumber(redis.call('GET', KEYS[1]) or '0'), now)
local wait = full - tonumber(ARGV[2]) - now
if wait > 0 then return tostring(wait) end
redis.call('SET', KEYS[1], string.format('%.6f', full + ARGV[1]), 'EX', 3600)
return '0'
"""
HOLD = """
local clock = redis.call('TIME')
local until_ = clock[1] + clock[2] / 1000000 + ARGV[1] + ARGV[2]
local full = tonumber(redis.call('GET', KEYS[1]) or '0')
redis.call('SET', KEYS[1], string.format('%.6f', math.max(full, until_)), 'EX', 3600)
"""


@dataclass(frozen=True)
class Rate:
    """`burst` calls at once, and one more every `seconds`."""

    seconds: float
    burst: int

    @property
    def slack(self) -> float:
        """Seconds of calls that may be used up beforehand."""
        return self.seconds * (self.burst - 1)


TIER_3 = Rate(1.5, 9)  # at most 49 in any minute
POSTS = Rate(1.0, 1)
POST = "chat.postMessage"


def take(method: str, channel: str = "") -> float:
    """Take one call out of the budget: 0.0; or the seconds until there is one. Raises redis.RedisError."""
    rate = rate_of(method)
    return float(script(TAKE)(keys=[key(method, channel)], args=[quick(rate.seconds), quick(rate.slack)]))


def hold(method: str, channel: str, seconds: float) -> None:
    """Slack has answered 429: nobody calls for so long. Raises redis.RedisError."""
    script(HOLD)(keys=[key(method, channel)], args=[seconds, quick(rate_of(method).slack)])


def rate_of(method: str) -> Rate:
    return POSTS if method == POST else TIER_3


def key(method: str, channel: str) -> str:
    """Posts are counted by channel, each other method for the whole app."""
    return f"{PREFIX}{method}:{channel}" if method == POST else f"{PREFIX}{method}"


def quick(seconds: float) -> float:
    """Of the clock of the address that is called."""
    return seconds / settings.SLACK_API_SPEED


def script(text: str) -> Script:
    return broker().register_script(text)
