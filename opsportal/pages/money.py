"""US dollars as people read them, and what findings found and recovered week by week."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Case, IntegerField, QuerySet, Sum, Value, When
from django.utils import timezone

from ..models import Finding

WEEKS = 12
WEEK = timedelta(days=7)
STANDING = (Finding.State.OPEN, Finding.State.ACKNOWLEDGED)
PLOT, HEIGHT, BAR, STEP = 300.0, 96.0, 10.0, 25.0  # of the chart: the plot's width and height, a bar's, a week's


def exact(usd: Decimal | float | None) -> str:
    """Such as $43.07; a dash where no figure is known."""
    return "–" if usd is None else f"${usd:,.2f}"


def rounded(usd: Decimal | float | None) -> str:
    """Such as $2,160; small sums with their cents."""
    return exact(usd) if usd is None or 0 < usd < 100 else f"${usd:,.0f}"


def standing(rows: "QuerySet[Finding]") -> Decimal:
    """USD a month of those that are open or acknowledged."""
    return total(rows.filter(state__in=STANDING))


def recovered(rows: "QuerySet[Finding]", since: datetime) -> Decimal:
    """USD a month of those that are no longer true since then, and still are not."""
    return total(rows.filter(state=Finding.State.CLOSED, closed_at__gte=since))


def total(rows: "QuerySet[Finding]") -> Decimal:
    found: Decimal | None = rows.order_by().aggregate(usd=Sum("usd"))["usd"]
    return found or Decimal(0)


@dataclass(frozen=True)
class Bar:
    """One bar of the chart: where it stands, and what a pointer over it says."""

    x: float
    y: float
    height: float
    kind: str
    week: datetime
    usd: Decimal


@dataclass(frozen=True)
class Weeks:
    """`found` and `recovered`: USD a month by week, the oldest first. A finding counts in the week it last opened."""

    starts: Sequence[datetime]
    found: Sequence[Decimal]
    recovered: Sequence[Decimal]

    @property
    def all_found(self) -> Decimal:
        return sum(self.found, Decimal(0))

    @property
    def all_recovered(self) -> Decimal:
        return sum(self.recovered, Decimal(0))

    @property
    def highest(self) -> Decimal:
        return max(*self.found, *self.recovered)

    @property
    def bars(self) -> list[Bar]:
        both = (("found", self.found, 0.0), ("back", self.recovered, BAR + 1))
        return [
            self.bar(number * STEP + 2 + shift, kind, self.starts[number], usd)
            for kind, sums, shift in both
            for number, usd in enumerate(sums)
        ]

    def bar(self, x: float, kind: str, week: datetime, usd: Decimal) -> Bar:
        height = round(HEIGHT * float(usd / self.highest), 1) if self.highest else 0.0
        return Bar(x, HEIGHT - height, height, kind, week, usd)


def begins(now: datetime) -> list[datetime]:
    """The Mondays with which the last weeks began, this one's last, in the portal's time zone."""
    today = timezone.localtime(now).date()
    monday = today - timedelta(days=today.weekday())
    days = [monday - WEEK * number for number in reversed(range(WEEKS))]
    return [timezone.make_aware(datetime.combine(day, time())) for day in days]


def weeks(rows: "QuerySet[Finding]", now: datetime) -> Weeks:
    """What these rows found and recovered; two queries."""
    starts = begins(now)
    closed = rows.filter(state=Finding.State.CLOSED)
    return Weeks(starts, by_week(rows, "opened_at", starts), by_week(closed, "closed_at", starts))


def by_week(rows: "QuerySet[Finding]", column: str, starts: Sequence[datetime]) -> list[Decimal]:
    """The sum of each week; compared with its begins, since SQLite would ask Python for the week of each row."""
    newest_first = list(enumerate(starts))[::-1]
    cases = [When(**{f"{column}__gte": start}, then=Value(number)) for number, start in newest_first]
    week: Any = Case(*cases, output_field=IntegerField())
    dated = rows.filter(**{f"{column}__gte": starts[0]}).order_by()
    found = dict(dated.annotate(week=week).values_list("week").annotate(usd=Sum("usd")))
    return [found.get(number) or Decimal(0) for number in range(len(starts))]
