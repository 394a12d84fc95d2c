"""Celery's connections to Redis: one that leads to a replica counts as lost, and is made again."""

from typing import Any

import redis

UNBLOCKED = "UNBLOCKED"  # what a server that becomes a replica says to who waits for a message


class ToPrimary(redis.Connection):
    """After a failover an open connection leads to what is a replica now, and so does a new one until the primary's
    name is known to lead elsewhere. kombu waits for a server that is lost, but takes a refusal for a mistake of ours,
    and ends the worker (github.com/celery/celery/issues/7946). Celery's broker_channel_error_retry is no way out: it
    tries at once, and leaves a connection open each time. redis-py does as here where Sentinel tells it the primary.
    """

    def on_connect_check_health(self, check_health: bool = True) -> None:
        super().on_connect_check_health(check_health=check_health)
        told: Any = self.handshake_metadata or {}
        if b"replica" in (told.get(b"role"), told.get("role")):
            raise redis.ConnectionError("It is a replica.")

    def read_response(self, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().read_response(*args, **kwargs)
        except redis.ResponseError as error:
            if not isinstance(error, redis.ReadOnlyError) and not str(error).startswith(UNBLOCKED):
                raise
            self.disconnect()  # type: ignore[no-untyped-call]
            raise redis.ConnectionError(f"It has become a replica: {error}") from error


class ToPrimaryByTLS(ToPrimary, redis.SSLConnection):
    """The same with encryption in transit."""
