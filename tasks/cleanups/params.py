"""The parameters of a clean-up: of which checks' findings, how far it may go, and how much of it."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, Field

from opsportal import checks
from opsportal.words import gettext as _
from opsportal.words import gettext_noop

# Amazon CloudWatch Logs API Reference: PutRetentionPolicy, retentionInDays
RETENTIONS = (
    *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731),
    *(1096, 1827, 2192, 2557, 2922, 3288, 3653),
)


def _cleanable(name: str) -> str:
    known = [each.name for each in checks.checks() if each.cleanup]
    if name not in known:
        text = _("what “{name}” finds can't be cleaned up; known are {known}")
        raise ValueError(text.format(name=name, known=", ".join(known)))
    return name


def _retention(days: int) -> int:
    if days not in RETENTIONS:
        known = ", ".join(map(str, RETENTIONS))
        raise ValueError(_("CloudWatch Logs keeps lines for one of these numbers of days: {known}").format(known=known))
    return days


class Params(BaseModel):
    checks: list[Annotated[str, AfterValidator(_cleanable)]] = Field(
        min_length=1,
        title=gettext_noop("Checks"),
        description=gettext_noop("Whose findings are cleaned up."),
    )
    findings: list[int] = Field(
        [],
        title=gettext_noop("Only these findings"),
        description=gettext_noop("Their numbers. Empty: all of these checks."),
    )
    regions: list[str] = Field(
        [],
        title=gettext_noop("Only in these regions"),
        description=gettext_noop("Of the environment's. Empty: all of them."),
    )
    degree: Literal["report", "mark", "clean"] = Field(
        "report",
        title=gettext_noop("May"),
        description=gettext_noop("Report what would be done, mark what is found, or clean up what is marked too."),
    )
    grace_days: int = Field(
        7,
        ge=1,
        le=365,
        title=gettext_noop("Days of grace"),
        description=gettext_noop("Between marking and clean-up."),
    )
    max_changes: int = Field(
        20,
        ge=1,
        le=1000,
        title=gettext_noop("At most so many"),
        description=gettext_noop("Clean-ups in this run. The rest is listed as “Next time”."),
    )
    max_percent: int = Field(
        10,
        ge=1,
        le=100,
        title=gettext_noop("And at most this share, in %"),
        description=gettext_noop("Of what the last sweep of the check read; what was cleaned up since then counts."),
    )
    retention_days: Annotated[int, AfterValidator(_retention)] = Field(
        365,
        title=gettext_noop("Retention of log groups, in days"),
        description=gettext_noop("What log groups that keep everything are given. Older lines are lost."),
    )
