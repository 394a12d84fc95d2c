"""Hours as they are written, over weekends, holidays and clock changes: table by table."""

from datetime import UTC, date, datetime

import pytest

from opsportal.errors import Invalid
from tasks.offhours import hours

BERLIN = "mon-fri 08:00-19:00 Europe/Berlin"
CHRISTMAS = date(2026, 12, 25)  # a Friday


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def now(text, moment, holidays=()):
    return hours.now(hours.parsed(text, "UTC"), at(moment), lambda day: day in holidays)


@pytest.mark.parametrize(
    ("text", "moment", "running"),
    [
        (BERLIN, "2026-11-26 06:59", False),  # Thursday, 07:59 in Berlin
        (BERLIN, "2026-11-26 07:00", True),
        (BERLIN, "2026-11-26 17:59", True),
        (BERLIN, "2026-11-26 18:00", False),
        (BERLIN, "2026-11-28 10:00", False),  # Saturday
        ("sat-mon 08:00-19:00", "2026-11-29 10:00", True),  # Sunday
        ("sat-mon 08:00-19:00", "2026-11-27 10:00", False),
        ("sun 8:00-19:00", "2026-11-29 10:00", True),
        ("daily 20:00-06:00", "2026-11-29 23:00", True),
        ("daily 20:00-06:00", "2026-11-29 05:59", True),
        ("daily 20:00-06:00", "2026-11-29 06:00", False),
        ("fri 20:00-06:00", "2026-11-28 05:00", True),
        ("fri 20:00-06:00", "2026-11-27 05:00", False),
        ("fri 20:00-24:00", "2026-11-27 23:59", True),
        ("fri 20:00-24:00", "2026-11-28 00:00", False),
        ("daily 08:00-08:00", "2026-11-28 08:00", True),
        ("mon-thu 08:00-19:00 fri 08:00-16:00", "2026-11-27 16:30", False),
        ("mon-thu 08:00-19:00 fri 08:00-16:00", "2026-11-26 16:30", True),
        ("MON-FRI 08:00-19:00 Asia/Seoul", "2026-11-25 23:30", True),  # Thursday, 08:30 in Seoul
    ],
)
def test_it_runs_in_its_hours_and_only_then(text, moment, running):
    assert now(text, moment).running is running


@pytest.mark.parametrize(
    ("moment", "running"),
    [
        ("2026-03-29 00:59", True),  # 01:59: the clock is set forward from 02:00 to 03:00 at 01:00 UTC
        ("2026-03-29 01:00", False),  # 03:00: 02:30 is skipped, and read as the moment of the change
        ("2026-10-25 00:29", True),  # 02:29, for the first time
        ("2026-10-25 00:30", False),  # 02:30, for the first time
        ("2026-10-25 01:15", False),  # 02:15, for the second time
        ("2026-07-01 00:29", True),
        ("2026-07-01 00:30", False),
    ],
)
def test_hours_that_end_while_clocks_change_end_once(moment, running):
    assert now("daily 01:00-02:30 Europe/Berlin", moment).running is running


@pytest.mark.parametrize(
    ("moment", "running"),
    [
        ("2026-03-29 00:59", False),
        ("2026-03-29 01:00", True),  # 03:00: it begins with the change
        ("2026-10-25 00:29", False),
        ("2026-10-25 00:30", True),  # 02:30, for the first time
        ("2026-10-25 01:10", True),  # 02:10, for the second time: it has begun
        ("2026-10-25 02:59", True),
        ("2026-10-25 03:00", False),
    ],
)
def test_hours_that_begin_while_clocks_change_begin_once(moment, running):
    assert now("daily 02:30-04:00 Europe/Berlin", moment).running is running


def test_a_working_day_after_the_clock_change_begins_by_the_new_clock():
    assert (now(BERLIN, "2026-03-27 07:00").running, now(BERLIN, "2026-03-27 06:00").running) == (True, False)
    assert now(BERLIN, "2026-03-30 06:00").running


@pytest.mark.parametrize(
    ("text", "moment", "running"),
    [
        (BERLIN, "2026-12-25 10:00", False),
        (BERLIN, "2026-12-24 10:00", True),
        ("daily 20:00-06:00", "2026-12-25 05:00", True),  # it began the evening before
        ("daily 20:00-06:00", "2026-12-25 21:00", False),
        ("daily 20:00-06:00", "2026-12-26 05:00", False),
    ],
)
def test_on_a_holiday_no_hours_begin(text, moment, running):
    assert now(text, moment, [CHRISTMAS]).running is running


@pytest.mark.parametrize(
    ("text", "moment", "since"),
    [
        (BERLIN, "2026-11-26 20:00", "2026-11-26 18:00"),
        (BERLIN, "2026-11-29 20:00", "2026-11-27 18:00"),
        (BERLIN, "2026-11-26 12:00", "2026-11-26 07:00"),
        ("mon-thu 08:00-19:00 wed 08:00-22:00", "2026-11-25 23:00", "2026-11-25 22:00"),
    ],
)
def test_it_says_since_when_they_hold_or_are_over(text, moment, since):
    assert now(text, moment).since == at(since)


def test_hours_that_have_not_come_for_weeks_are_over_for_as_long():
    holidays = {date.fromordinal(day) for day in range(date(2026, 10, 1).toordinal(), date(2026, 12, 1).toordinal())}

    assert now("mon 08:00-09:00", "2026-11-26 12:00", holidays).since == at("2026-10-22 12:00")


def test_always_is_always():
    assert hours.parsed(" Always ", "UTC").always


@pytest.mark.parametrize(
    "text",
    [
        *("", "nonsense", "mon-fri", "08:00-19:00", "mon-fri 8-19", "mon-fri 08:00-25:00", "mon-fri 08:00-24:30"),
        *("mon-fri 24:00-08:00", "mon-fun 08:00-19:00", "mon-fri 08:00-19:00 Europe/Berlin now", "always on"),
        *("mon,tue 08:00-19:00", "Europe/Berlin", "mon 08:00-09:00 " * 20),
    ],
)
def test_odd_hours_are_refused_with_a_sentence(text):
    with pytest.raises(Invalid, match=r"(are no hours\. Write such as “mon-fri 08:00-19:00 Europe/Berlin”)|time zone"):
        hours.parsed(text, "UTC")


@pytest.mark.parametrize("zone", ["Europe/Bonn", "../etc/passwd", "Berlin", "\x00", "Europe"])
def test_an_unknown_zone_is_refused_with_a_sentence(zone):
    with pytest.raises(Invalid, match="There is no time zone"):
        hours.parsed(f"mon-fri 08:00-19:00 {zone}", "UTC")
