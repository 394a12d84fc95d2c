"""The hours that something runs in, as its tag or a parameter says them, and since when they are over. Pure.

    mon-fri 08:00-19:00 Europe/Berlin                    a zone of the IANA database, the last word
    mon-thu 08:00-19:00 fri 08:00-16:00 Europe/Berlin    as many as are wanted
    daily 20:00-06:00                                    over midnight, in the zone of the run's parameters
    always                                               never stopped

Only what RDS takes in a tag's value is needed: letters, digits, spaces and - : / . _ + @. On a public holiday no hours
begin; those that began the evening before end as usual. A time that a clock change skips is read as the moment of the
change, one that it repeats as its first occurrence. AWS docs: Amazon RDS API Reference, Tag.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from opsportal import schedules
from opsportal.errors import Invalid
from opsportal.freezes import DAYS, utc
from opsportal.words import gettext as _

ALWAYS = "always"
NAMES = "|".join(DAYS)
SPAN = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)-([01]?\d|2[0-4]):([0-5]\d)")
WEEKDAYS = re.compile(rf"(daily)|({NAMES})(?:-({NAMES}))?")
DAY, REACH = timedelta(days=1), 35  # days back in which hours are looked for
LONGEST = 256  # characters of a tag's value

Holiday = Callable[[date], bool]


@dataclass(frozen=True)
class Window:
    """Weekdays, Monday is 0, on which it begins; minutes after their midnight, of which the end may be a day later."""

    days: frozenset[int]
    begin: int
    end: int


@dataclass(frozen=True)
class Hours:
    """No windows: always."""

    windows: tuple[Window, ...]
    zone: ZoneInfo

    @property
    def always(self) -> bool:
        return not self.windows


@dataclass(frozen=True)
class Now:
    """`since`: when the hours that hold began, or the last ones ended (UTC)."""

    running: bool
    since: datetime


@lru_cache(maxsize=512)
def parsed(text: str, zone: str) -> Hours:
    """The hours; `zone` is for those that name none. Raises Invalid with a sentence."""
    words = text.split()
    if [word.lower() for word in words] == [ALWAYS]:
        return Hours((), ZoneInfo("UTC"))
    if len(words) % 2:
        zone = words.pop()
    windows = tuple(window(*pair) for pair in zip(words[::2], words[1::2], strict=True))
    if not windows or len(text) > LONGEST:
        raise wrong(text)
    return Hours(windows, schedules.located(zone))


def window(days: str, span: str) -> Window:
    """Raises Invalid."""
    on, at = WEEKDAYS.fullmatch(days.lower()), SPAN.fullmatch(span)
    if not on or not at:
        raise wrong(f"{days} {span}")
    daily, first, last = on.groups()
    start = 0 if daily else DAYS.index(first)
    many = 7 if daily else (DAYS.index(last or first) - start) % 7 + 1
    h1, m1, h2, m2 = map(int, at.groups())
    begin, end = h1 * 60 + m1, h2 * 60 + m2
    if end > 24 * 60:
        raise wrong(f"{days} {span}")
    return Window(frozenset((start + n) % 7 for n in range(many)), begin, end if end > begin else end + 24 * 60)


def wrong(text: str) -> Invalid:
    told = _("“{text}” are no hours. Write such as “mon-fri 08:00-19:00 Europe/Berlin”, or “always”.")
    return Invalid(told.format(text=text), "hours")


def now(hours: Hours, at: datetime, holiday: Holiday) -> Now:
    """Whether it runs at this moment. Where none of the last weeks had hours they are over for as long as that."""
    ended = at - REACH * DAY
    for begin, end in spans(hours, at, holiday):
        if begin <= at < end:
            return Now(True, begin)
        if end <= at:
            ended = max(ended, end)
    return Now(False, ended)


def spans(hours: Hours, at: datetime, holiday: Holiday) -> Iterator[tuple[datetime, datetime]]:
    """Each window of the last weeks up to tomorrow, in UTC."""
    today = at.astimezone(hours.zone).date()
    for back in range(-1, REACH):
        day = today - back * DAY
        for each in hours.windows if not holiday(day) else ():
            if day.weekday() in each.days:
                yield local(day, each.begin, hours.zone), local(day, each.end, hours.zone)


def local(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    """The moment at which clocks there have shown so many minutes after this day's midnight."""
    return utc(datetime.combine(day, time()) + timedelta(minutes=minutes), zone)
