"""What processes count for /metrics, added up in one Redis hash: AWS calls, how long steps waited, take-overs."""

import threading
from typing import Any

import redis
import structlog

from .. import threads
from ..live.hints import broker

log = structlog.get_logger(__name__)

KEY = "opsportal:tally"
EVERY = 2.0  # seconds in which counts gather
AWS_CALLS, TAKEOVERS, WAITS, WAITED = "aws_calls", "takeovers", "waits", "waited_ms"
BOUNDS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0)  # seconds that a step waited
UNBOUND = "+Inf"


class Tally:
    """Counts in memory, added to Redis by a thread of its own, so that nothing waits for it.

    With Redis away they are kept and added later. A process that is killed loses its last two seconds, and an answer
    of Redis that is lost counts twice: these are figures to watch a trend by, the rows are the truth.
    """

    def __init__(self) -> None:
        self.counts: dict[str, int] = {}
        self.mutex = threading.Lock()
        self.adder = threads.Gatherer("tally", self.flush, EVERY)
        self.away = False

    def add(self, counts: dict[str, int]) -> None:
        with self.mutex:
            for name, n in counts.items():
                self.counts[name] = self.counts.get(name, 0) + n
        self.adder.poke()

    def flush(self) -> None:
        """Add what has gathered to the totals, all of it or nothing."""
        with self.mutex:
            counts, self.counts = self.counts, {}
        try:
            with broker().pipeline() as pipe:
                for name, n in counts.items():
                    pipe.hincrby(KEY, name, n)
                pipe.execute()
        except redis.RedisError as error:
            if not self.away:
                log.warning("counts are kept until Redis is back", error=str(error))
            self.away = True
            return self.add(counts)
        self.away = False
        return None


_tally = Tally()
flush = _tally.flush


def aws_call(service: str, outcome: str) -> None:
    """One request to AWS. `outcome`: ok, throttled, denied, refused or unanswered."""
    _tally.add({f"{AWS_CALLS} {service} {outcome}": 1})


def claimed(waited: float) -> None:
    """A step was claimed so many seconds after it was due."""
    bound = next((str(bound) for bound in BOUNDS if waited <= bound), UNBOUND)
    _tally.add({f"{WAITS} {bound}": 1, WAITED: round(max(0.0, waited) * 1000)})


def taken_over() -> None:
    """A step was claimed whose worker was not heard of for a lease."""
    _tally.add({TAKEOVERS: 1})


def totals() -> dict[str, int]:
    """All counts by name. Raises RedisError."""
    found: Any = broker().hgetall(KEY)
    return {name.decode(): int(n) for name, n in found.items()}
