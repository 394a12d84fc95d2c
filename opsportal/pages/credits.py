"""Burstable instances by the hours until their credits are used up, as the last sweep has seen them."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from ..models import Finding
from . import durations, money, sparkline

CHECK = "credits-run-out"
READ = 100  # findings of which the soonest are shown
SHOWN = 8
COLUMNS = ("evidence", "name", "resource", "region", "advice", "environment", "environment__name")
SOON, LATER = 1.0, 4.0  # hours that colour a row


@dataclass(frozen=True)
class Instance:
    """`hours`: to zero. `left`: the last balance, in credits."""

    finding: Finding
    hours: float
    balance: list[float]

    @property
    def left(self) -> str:
        return f"{self.balance[-1]:,.0f}" if self.balance else "–"

    @property
    def line(self) -> str:
        return sparkline.path(self.balance)

    @property
    def time(self) -> str:
        return durations.words(self.hours * 3600) if self.hours else _("used up")

    @property
    def look(self) -> tuple[str, str]:
        if self.hours < SOON:
            return ("bad", "error")
        return ("ask", "warning") if self.hours < LATER else ("rest", "schedule")


def instances(rows: "QuerySet[Finding]") -> list[Instance]:
    """Those that will run out, soonest first; what says no hours is left out."""
    wanted = rows.filter(check_name=CHECK, state__in=money.STANDING).order_by("-severity", "id")
    shown = wanted.select_related("environment").only(*COLUMNS)[:READ]
    read = (instance(finding) for finding in shown)
    return sorted((each for each in read if each), key=lambda each: each.hours)


def instance(finding: Finding) -> Instance | None:
    evidence: Any = finding.evidence if isinstance(finding.evidence, dict) else {}
    hours = sparkline.numbers([evidence.get("hours_to_zero")], least=1)
    return Instance(finding, max(0.0, hours[0]), sparkline.numbers(evidence.get("balance"))) if hours else None
