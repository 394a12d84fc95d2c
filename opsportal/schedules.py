"""When a cron line is due in a time zone: pure, and right when clocks are set forward or back.

crontab(5). Where both day fields are restricted either matches; one that begins with `*` restricts nothing. A local
time that is skipped counts as the first moment after the gap, one that exists twice as the first of the two.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.utils.translation import gettext as _

from .errors import Invalid
from .words import gettext_noop

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
PART = re.compile(r"(\*|[0-9a-z]+)(?:-([0-9a-z]+))?(?:/([0-9]{1,3}))?")
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
YEARS = 41  # within which each date has been each day of the week, over a leap year that is left out


@dataclass(frozen=True)
class Kind:
    """One of the five fields: its name, its numbers, and names for them from `low` on."""

    name: str
    low: int
    high: int
    names: tuple[str, ...] = ()


KINDS = (
    Kind(gettext_noop("minute"), 0, 59),
    Kind(gettext_noop("hour"), 0, 23),
    Kind(gettext_noop("day"), 1, 31),
    Kind(gettext_noop("month"), 1, 12, MONTHS),
    Kind(gettext_noop("weekday"), 0, 7, WEEKDAYS),
)


@dataclass(frozen=True)
class Cron:
    """A line, read: the numbers of each field in order, weekdays from Sunday, 0, to Saturday, 6.

    `either`: a day is right by its number or by its weekday; otherwise it has to be by both.
    """

    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: tuple[int, ...]
    months: tuple[int, ...]
    weekdays: tuple[int, ...]
    either: bool

    def on(self, day: date) -> bool:
        """Whether it is due at all on this day."""
        right = (day.day in self.days, day.isoweekday() % 7 in self.weekdays)
        return day.month in self.months and (any(right) if self.either else all(right))


@lru_cache(maxsize=512)
def parsed(line: str) -> Cron:
    """Minute, hour, day, month and weekday, separated by spaces. Raises Invalid."""
    fields = line.lower().split()
    if len(fields) != len(KINDS):
        raise Invalid(_("Write five fields: minute, hour, day, month and weekday, such as 0 13 * * mon-fri."), "cron")
    minutes, hours, days, months, weekdays = (numbers(kind, text) for kind, text in zip(KINDS, fields, strict=True))
    either = not fields[2].startswith("*") and not fields[4].startswith("*")
    return Cron(minutes, hours, days, months, tuple(sorted({each % 7 for each in weekdays})), either)


def numbers(kind: Kind, text: str) -> tuple[int, ...]:
    """All that the field names, in order. Raises Invalid."""
    return tuple(sorted({each for part in text.split(",") for each in span(kind, part)}))


def span(kind: Kind, part: str) -> range:
    """One part between commas: `*`, a number, a range, with a step or without. Raises Invalid."""
    found = PART.fullmatch(part)
    first, last, step = found.groups() if found else ("", None, None)
    if not found or (first == "*" and last) or (step and not last and first != "*"):
        raise wrong(kind, part)
    low, high = (kind.low, kind.high) if first == "*" else ends(kind, part, first, last or first)
    every = int(step or 1)
    if low > high or not every:
        raise wrong(kind, part)
    return range(low, high + 1, every)


def ends(kind: Kind, part: str, first: str, last: str) -> tuple[int, int]:
    """Both ends of a range; one that ends with Sunday does so with 7."""
    low, high = number(kind, part, first), number(kind, part, last)
    return low, 7 if kind.names == WEEKDAYS and high == 0 < low else high


def number(kind: Kind, part: str, text: str) -> int:
    """The number that stands here, or that of the name. Raises Invalid."""
    value = kind.low + kind.names.index(text) if text in kind.names else int(text) if text.isdecimal() else -1
    if not kind.low <= value <= kind.high:
        raise wrong(kind, part)
    return value


def wrong(kind: Kind, part: str) -> Invalid:
    words = {"part": part, "field": _(kind.name), "low": kind.low, "high": kind.high}
    if kind.names:
        words |= {"first": kind.names[0], "last": kind.names[-1]}
        text = _(
            "“%(part)s” is no %(field)s. Take %(low)d to %(high)d or %(first)s to %(last)s, as 1, 1-5, 1,3 or */2."
        )
    else:
        text = _("“%(part)s” is no %(field)s. Take %(low)d to %(high)d, as 5, 1-5, 1,3 or */5.")
    return Invalid(text % words, "cron")


def located(zone: str) -> ZoneInfo:
    """The time zone of this name. Raises Invalid."""
    try:
        return ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        text = _("There is no time zone “%(zone)s”. Write one such as Europe/Berlin or UTC.")
        raise Invalid(text % {"zone": zone}, "timezone") from None


def due(cron: str, zone: str, after: datetime) -> Iterator[datetime]:
    """Each time (UTC) after this one, in order; nothing more once it is sure that none will come.

    Raises Invalid, for the line or for the zone.
    """
    line, place = parsed(cron), located(zone)
    day = after.astimezone(place).date()
    limit = day.replace(year=day.year + YEARS, day=1)
    while day < limit:
        for at in moments(line, place, day) if line.on(day) else ():
            if at > after:
                yield at
                after, limit = at, day.replace(year=day.year + YEARS, day=1)
        day += DAY


def moments(line: Cron, place: ZoneInfo, day: date) -> Iterator[datetime]:
    """The times of this day (UTC); several that are skipped are the same moment."""
    for hour in line.hours:
        for minute in line.minutes:
            yield moment(datetime.combine(day, time(hour, minute)), place)


def moment(wall: datetime, place: ZoneInfo) -> datetime:
    """When clocks there show this time: the first time they do, or when they first show a later one."""
    while True:
        at = wall.replace(tzinfo=place).astimezone(UTC)
        if at.astimezone(place).replace(tzinfo=None) == wall:
            return at
        wall += MINUTE


def next_after(cron: str, zone: str, after: datetime) -> datetime:
    """The first time (UTC) after this one. Raises Invalid: a bad line, an unknown zone, or a day that never comes."""
    for at in due(cron, zone, after):
        return at
    raise Invalid(_("No such day ever comes: look at the day and the month."), "cron")


def missed_between(cron: str, zone: str, first: datetime, now: datetime) -> tuple[int, datetime]:
    """How many times from `first`, which was due, to `now` were missed before the last of them, and that last one.

    Ordinary days between the first and today are reckoned, not gone through: ten years of minutes are five millions.
    """
    line, place = parsed(cron), located(zone)
    begun, today = (at.astimezone(place).date() for at in (first, now))
    missed, last, day = 0, first, begun
    while day <= today:
        if line.on(day) and begun < day < today and is_ordinary(place, day):
            missed += len(line.hours) * len(line.minutes)
            last = moment(datetime.combine(day, time(line.hours[-1], line.minutes[-1])), place)
        elif line.on(day):
            for at in moments(line, place, day):
                if last < at <= now:
                    missed, last = missed + 1, at
        day += DAY
    return missed, last


def is_ordinary(place: ZoneInfo, day: date) -> bool:
    """Whether clocks there change neither on this day nor on those beside it: each of its times exists, once."""
    midnights = (datetime.combine(day + n * DAY, time(), place) for n in (-1, 0, 1, 2))
    return len({each.utcoffset() for each in midnights}) == 1
