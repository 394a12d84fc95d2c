"""Time in the sandbox: real moments, with durations divided by a speed factor."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass
class Clock:
    """`speed` 10 makes what takes AWS 60 seconds last 6."""

    speed: float = 1.0

    def now(self) -> float:
        """Seconds since the epoch."""
        return time.time()

    def lasts(self, seconds: float) -> float:
        """The real seconds that so many AWS seconds take here."""
        return seconds / self.speed


def moment(at: float) -> datetime:
    """Milliseconds are what AWS keeps."""
    return datetime.fromtimestamp(round(at, 3), UTC)
