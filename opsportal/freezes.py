"""Change freezes by calendar: rules a person writes, one a line, and until when they hold. Pure functions.

    Fri 16:00 - Mon 08:00                     each week
    daily 22:00 - 06:00                       each night
    2026-12-20 - 2027-01-03 Christmas         whole days, the last one included
    2026-11-27 09:00 - 2026-11-30 12:00 Sale  to the minute
    holidays DE-BY                            public holidays, whole days; ISO 3166 codes

Times are local to the calendar's zone. A time that a clock change skips is read as the moment of the change, one that
it repeats as its first occurrence (PEP 495, fold=0). Holidays: https://holidays.readthedocs.io
"""

import re
from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from .errors import Invalid

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
CLOCK = r"([01]?\d|2[0-3]):([0-5]\d)"
WEEKLY = re.compile(rf"({'|'.join(DAYS)}) {CLOCK} - ({'|'.join(DAYS)}) {CLOCK}(?: (.+))?", re.IGNORECASE)
DAILY = re.compile(rf"daily {CLOCK} - {CLOCK}(?: (.+))?", re.IGNORECASE)
DATES = re.compile(rf"(\d{{4}}-\d\d-\d\d)(?: {CLOCK})? - (\d{{4}}-\d\d-\d\d)(?: {CLOCK})?(?: (.+))?")
HOLIDAYS = re.compile(r"holidays ([A-Z]{2})(?:-([A-Z0-9]{1,3}))?(?: (.+))?")
LONGEST = timedelta(days=400)  # what is frozen for longer is told as that

Span = tuple[datetime, datetime]


@dataclass(frozen=True)
class Rule:
    """`spans(day)`: the local times that the rule freezes and that begin on this day. `why`: what people are told."""

    line: str
    why: str
    reach: int  # days a span may last
    spans: Callable[[date], Sequence[Span]]


@dataclass(frozen=True)
class Frozen:
    """A freeze: until when (UTC), and what it is called."""

    until: datetime
    why: str


@lru_cache(maxsize=100)
def rules(text: str) -> tuple[Rule, ...]:
    """The rules of a calendar. Raises Invalid with a sentence that names the line."""
    found = []
    for number, line in enumerate(text.splitlines(), start=1):
        words = " ".join(line.replace("–", "-").split("#")[0].split())
        if words:
            found.append(rule(number, words))
    return tuple(found)


def rule(number: int, line: str) -> Rule:
    for form, make in ((WEEKLY, weekly), (DAILY, daily), (DATES, dates), (HOLIDAYS, public_holidays)):
        if match := form.fullmatch(line):
            try:
                return make(line, match)
            except (ValueError, NotImplementedError) as error:
                text = _("Line {number}, “{line}”: {why}.")
                raise Invalid(text.format(number=number, line=line, why=str(error).rstrip(".")), "rules") from None
    text = _(
        "Line {number}, “{line}”, is no rule. Write such as “Fri 16:00 - Mon 08:00”, “daily 22:00 - 06:00”, "
        "“2026-12-20 - 2027-01-03 Christmas” or “holidays DE”."
    )
    raise Invalid(text.format(number=number, line=line), "rules")


def weekly(line: str, match: "re.Match[str]") -> Rule:
    first, h1, m1, last, h2, m2, why = match.groups()
    start, end = DAYS.index(first.lower()), DAYS.index(last.lower())
    begin, close = time(int(h1), int(m1)), time(int(h2), int(m2))
    days = (end - start) % 7 or (7 if close <= begin else 0)

    def spans(day: date) -> Sequence[Span]:
        if day.weekday() != start:
            return ()
        return ((datetime.combine(day, begin), datetime.combine(day + timedelta(days=days), close)),)

    return Rule(line, why or line, days, spans)


def daily(line: str, match: "re.Match[str]") -> Rule:
    h1, m1, h2, m2, why = match.groups()
    begin, close = time(int(h1), int(m1)), time(int(h2), int(m2))
    days = 0 if close > begin else 1

    def spans(day: date) -> Sequence[Span]:
        return ((datetime.combine(day, begin), datetime.combine(day + timedelta(days=days), close)),)

    return Rule(line, why or line, days, spans)


def dates(line: str, match: "re.Match[str]") -> Rule:
    first, h1, m1, last, h2, m2, why = match.groups()
    begin = datetime.combine(date.fromisoformat(first), time(int(h1 or 0), int(m1 or 0)))
    whole = timedelta() if h2 else timedelta(days=1)
    close = datetime.combine(date.fromisoformat(last), time(int(h2 or 0), int(m2 or 0))) + whole
    if close <= begin:
        raise ValueError(_("it ends before it begins"))

    def spans(day: date) -> Sequence[Span]:
        return ((begin, close),) if day == begin.date() else ()

    return Rule(line, why or line, (close - begin).days + 1, spans)


def public_holidays(line: str, match: "re.Match[str]") -> Rule:
    country, part, why = match.groups()
    known = almanac(country, part)

    def spans(day: date) -> Sequence[Span]:
        if day not in known:
            return ()
        return ((datetime.combine(day, time()), datetime.combine(day + timedelta(days=1), time())),)

    return Rule(line, why or line, 1, spans)


def almanac(country: str, part: str | None = None) -> Container[date]:
    """The public holidays of a country or of a part of it, by ISO 3166. Raises NotImplementedError: none are known."""
    import holidays  # here, for it costs every process a twentieth of its start

    return holidays.country_holidays(country, subdiv=part)


def countries(text: str) -> list[str]:
    """Whose holidays the rules of a calendar name, such as DE-BY. Raises Invalid."""
    found = (HOLIDAYS.fullmatch(rule.line) for rule in rules(text))
    return ["-".join(filter(None, match.groups()[:2])) for match in found if match]


def frozen(text: str, zone: str, at: datetime) -> Frozen | None:
    """The freeze that holds at this moment, to the end of all rules that touch or overlap it; None: changes may go."""
    known, place = rules(text), ZoneInfo(zone)
    until, why = at, ""
    while until - at < LONGEST:
        ends = [(end, rule.why) for rule in known for start, end in around(rule, place, until) if start <= until < end]
        if not ends:
            break
        until, name = max(ends)
        why = why or name
    return Frozen(until, why) if why else None


def around(rule: Rule, zone: ZoneInfo, at: datetime) -> Iterator[Span]:
    """The rule's spans in UTC that may hold this moment."""
    today = at.astimezone(zone).date()
    for back in range(-1, rule.reach + 1):
        for start, end in rule.spans(today - timedelta(days=back)):
            yield utc(start, zone), utc(end, zone)


def utc(local: datetime, zone: ZoneInfo) -> datetime:
    """The moment of a local time; one that a clock change skips is the moment of the change."""
    moment = local.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) == local:
        return moment
    return change_before(moment, zone)


def change_before(moment: datetime, zone: ZoneInfo) -> datetime:
    """When the clock last changed in the two hours around, to the minute."""
    offset = moment.astimezone(zone).utcoffset()
    while (moment - timedelta(minutes=1)).astimezone(zone).utcoffset() == offset:
        moment -= timedelta(minutes=1)
    return moment
