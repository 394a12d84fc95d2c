"""What each check knows of the resource it judges, and how what is wrong with it is told."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from opsportal.checks import Found, Severity

from .money import Cost

UNKNOWN = Cost()
GIB, MB = 1024**3, 1_000_000  # bytes


@dataclass(frozen=True)
class Resource:
    """`id`: AWS's own id, the name where names are unique in a region, else its ARN. `name`: the tag, where that says
    more. `read_at`: when the sweep that read it began."""

    id: str
    read_at: datetime
    name: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)

    def days(self, since: datetime) -> int:
        """Whole days from then until it was read."""
        return (self.read_at - since).days


def found(
    resource: Resource,
    *,
    detail: str,
    advice: str,
    cost: Cost = UNKNOWN,
    severity: Severity | None = None,
    **evidence: Any,
) -> Found:
    """The finding about it; `evidence`: what was read, as JSON."""
    return Found(
        resource=resource.id,
        detail=detail,
        advice=advice,
        severity=severity,
        usd=None if cost.usd is None else round(cost.usd, 2),
        price=cost.price,
        evidence={"read_at": resource.read_at.isoformat(), **evidence},
        name=resource.name,
        tags=resource.tags,
    )
