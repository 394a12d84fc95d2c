"""One resource that a clean-up is about, and what its tags say of it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from opsportal.checks import Found
from opsportal.models import Finding
from opsportal.redaction import data
from opsportal.words import gettext as _

AFTER, OWNER, BY = "opsportal:delete-after", "opsportal:owner", "opsportal:cleanup"
CHANGE_AFTER = "opsportal:change-after"  # the mark of what is changed, and stays
OURS = (AFTER, CHANGE_AFTER, OWNER, BY)
KEEP = frozenset({"opsportal:keep", "opsportal:exempt", "keep", "exempt", "do-not-delete"})
NO = frozenset({"false", "no", "0"})


@dataclass(frozen=True)
class Target:
    """`tags`: those it had when it was marked, secrets hidden; `evidence`: what the check read of it."""

    finding: int
    check: str
    region: str
    resource: str
    name: str = ""
    usd: float | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    evidence: Mapping[str, Any] = field(default_factory=dict)

    @property
    def label(self) -> str:
        return f"{self.resource} ({self.name})" if self.name else self.resource

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def of(finding: Finding) -> Target:
    """The resource of this finding."""
    return Target(
        finding=finding.pk,
        check=finding.check_name,
        region=finding.region,
        resource=finding.resource,
        name=finding.name,
        usd=None if finding.usd is None else float(finding.usd),
        tags=(finding.mark or {}).get("tags", {}),
        evidence=finding.evidence,
    )


def kept(tags: Mapping[str, str]) -> str:
    """That it is tagged to be kept; empty: it is not."""
    names = [name for name, value in tags.items() if name.casefold() in KEEP and value.strip().casefold() not in NO]
    return _("it is tagged {name}").format(name=names[0]) if names else ""


def without_ours(tags: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in tags.items() if name not in OURS}


def touched(target: Target, found: Found, today: date, mark: str = AFTER) -> str:
    """What its tags, as they are now, say against its clean-up; empty: nothing. `mark`: the tag with its day."""
    if why := kept(found.tags):
        return why
    after = day(found.tags.get(mark, ""))
    if after is None:
        return _("its tag {name} was taken away").format(name=mark)
    if after > today:
        return _("its tag says not before {day}").format(day=after)
    if without_ours(data(found.tags)) != without_ours(target.tags):
        return _("its tags were changed since it was marked")
    return ""


def day(text: str) -> date | None:
    """The day that is written there; None: none is."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
