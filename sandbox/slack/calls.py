"""The log of every call to the Web API and to response_urls, these under the name response_url."""

import json
from collections import deque
from dataclasses import asdict, dataclass, field
from typing import Any

from sandbox.slack.records import Json

KEPT = 50_000
SHOWN = 4000


@dataclass(frozen=True)
class Line:
    at: float
    method: str
    status: int
    ok: bool
    error: str
    seconds: float
    fault: str
    params: Json


@dataclass
class CallLog:
    lines: deque[Line] = field(default_factory=lambda: deque(maxlen=KEPT))

    def as_json(self) -> dict[str, Any]:
        return {"calls": [asdict(line) for line in self.lines], "total": len(self.lines)}


def shortened(given: Json) -> Json:
    """Parameters without the token, each cut where it is very long."""
    return {name: _short(value) for name, value in given.items() if name != "token"}


def _short(value: Any) -> Any:
    return value if len(json.dumps(value)) <= SHOWN else json.dumps(value)[:SHOWN]
