"""What has arrived before: remembered in Redis, for as long as it could come again."""

import redis
import structlog

from ..live.hints import broker

log = structlog.get_logger(__name__)

PREFIX = "opsportal:slack:"
HOUR = 3600  # seconds; Slack sends an event again after one minute and after five


def first(name: str, seconds: int = HOUR) -> bool:
    """Whether this arrives for the first time. False also where Redis does not say: who asks has a safe way then."""
    return remembered(name, seconds) is True


def again(name: str, seconds: int = HOUR) -> bool:
    """Whether this has arrived before. False also where Redis does not say: what acts has keys and bindings of its own,
    so that a run starts once, a question is answered once, and a failure is tried again once.
    """
    return remembered(name, seconds) is False


def remembered(name: str, seconds: int) -> bool | None:
    """True: it is new, and known from now on. None: Redis is away."""
    try:
        return bool(broker().set(f"{PREFIX}{name}", 1, nx=True, ex=seconds))
    except redis.RedisError as error:
        log.warning("not known whether Slack sent this before", error=str(error))
        return None
