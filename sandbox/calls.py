"""What a request asks for, and the log of every call."""

from collections import deque
from dataclasses import asdict, dataclass, field
from typing import Any

READING = (
    "Describe",
    "Get",
    "List",
    "Search",
    "Lookup",
    "BatchGet",
    "Filter",
    "Validate",
    "Estimate",
    "Simulate",
    "Query",
    "Scan",
    "Head",
    "Detect",
)
KEPT = 200_000


@dataclass(frozen=True)
class Call:
    """One AWS request as understood; `form` holds its parameters flat, as text."""

    service: str
    action: str
    account: str
    region: str
    access_key: str
    protocol: str
    form: dict[str, str]

    @property
    def mutating(self) -> bool:
        return not self.action.startswith(READING) and self.service != "sts"

    def text(self) -> str:
        return "&".join(f"{key}={value}" for key, value in self.form.items())


@dataclass(frozen=True)
class Line:
    at: float
    service: str
    action: str
    account: str
    region: str
    mutating: bool
    status: int
    seconds: float
    fault: str
    params: dict[str, str]


@dataclass
class CallLog:
    lines: deque[Line] = field(default_factory=lambda: deque(maxlen=KEPT))

    def add(self, call: Call, at: float, seconds: float, status: int, fault: str) -> None:
        params = {key: value[:200] for key, value in call.form.items() if key not in ("Action", "Version")}
        place = (call.service, call.action, call.account, call.region, call.mutating)
        self.lines.append(Line(at, *place, status, seconds, fault, params))

    def as_json(self) -> dict[str, Any]:
        lines = [asdict(line) for line in self.lines]
        return {"calls": lines, "total": len(lines), "mutating": sum(line["mutating"] for line in lines)}
