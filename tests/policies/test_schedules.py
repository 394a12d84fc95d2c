"""Cron lines in time zones: what they say, what is refused, and clocks that are set forward or back."""

import time
from datetime import UTC, datetime, timedelta
from itertools import islice, takewhile

import pytest

from opsportal import schedules
from opsportal.errors import Invalid

NEW_YEAR = "2026-01-01 00:00"


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def following(cron, zone, after, most=1):
    return [f"{each:%Y-%m-%d %H:%M}" for each in islice(schedules.due(cron, zone, at(after)), most)]


@pytest.mark.parametrize(
    ("cron", "after", "due"),
    [
        ("0 13 * * *", NEW_YEAR, "2026-01-01 13:00"),
        ("0 13 * * *", "2026-01-01 13:00", "2026-01-02 13:00"),
        ("*/20 * * * *", "2026-01-01 00:21", "2026-01-01 00:40"),
        ("5-15/5 3 * * *", "2026-01-01 03:10", "2026-01-01 03:15"),
        ("0 0 1,15 * *", "2026-01-02 00:00", "2026-01-15 00:00"),
        ("0 9 * * mon-fri", "2026-01-02 09:00", "2026-01-05 09:00"),
        ("0 9 * * fri-sun", "2026-01-03 09:00", "2026-01-04 09:00"),
        ("0 9 * * 7", NEW_YEAR, "2026-01-04 09:00"),
        ("0 9 * * 0", NEW_YEAR, "2026-01-04 09:00"),
        ("0 9 * FEB Sun", NEW_YEAR, "2026-02-01 09:00"),
        ("0 0 29 2 *", NEW_YEAR, "2028-02-29 00:00"),
        ("0 0 29 2 *", "2096-03-01 00:00", "2104-02-29 00:00"),
        ("0 0 31 * *", "2026-01-31 00:00", "2026-03-31 00:00"),
        ("0 0 13 * fri", NEW_YEAR, "2026-01-02 00:00"),  # either of the two days
        ("0 0 13 * fri", "2026-01-09 00:00", "2026-01-13 00:00"),
        ("0 0 */2 * fri", NEW_YEAR, "2026-01-09 00:00"),  # a field that begins with * restricts nothing: both
        ("0 0 29 2 */7", NEW_YEAR, "2032-02-29 00:00"),
        ("59 23 31 12 *", "2026-12-31 23:59", "2027-12-31 23:59"),
    ],
)
def test_a_line_is_due_when_it_says(cron, after, due):
    assert following(cron, "UTC", after) == [due]


@pytest.mark.parametrize(
    ("cron", "zone", "after", "due"),
    [
        # Forward: Berlin skips 02:00 to 03:00 on 29 March 2026, at 01:00 UTC.
        ("30 2 * * *", "Europe/Berlin", "2026-03-28 12:00", ["2026-03-29 01:00", "2026-03-30 00:30"]),
        ("0 3 * * *", "Europe/Berlin", "2026-03-28 12:00", ["2026-03-29 01:00", "2026-03-30 01:00"]),
        (
            "*/5 * * * *",
            "Europe/Berlin",
            "2026-03-29 00:50",
            ["2026-03-29 00:55", "2026-03-29 01:00", "2026-03-29 01:05"],
        ),
        ("15,45 2 * * *", "Europe/Berlin", "2026-03-28 12:00", ["2026-03-29 01:00", "2026-03-30 00:15"]),
        # Back: Berlin has 02:00 to 03:00 twice on 25 October 2026, from 00:00 UTC and from 01:00 UTC.
        ("30 2 * * *", "Europe/Berlin", "2026-10-24 12:00", ["2026-10-25 00:30", "2026-10-26 01:30"]),
        ("30 2 * * *", "Europe/Berlin", "2026-10-25 01:15", ["2026-10-26 01:30"]),
        ("30 * * * *", "Europe/Berlin", "2026-10-24 23:31", ["2026-10-25 00:30", "2026-10-25 02:30"]),
        ("0 3 * * *", "Europe/Berlin", "2026-10-24 12:00", ["2026-10-25 02:00"]),
        # New York: 8 March at 07:00 UTC, 1 November at 06:00 UTC.
        ("30 2 * * *", "America/New_York", "2026-03-07 12:00", ["2026-03-08 07:00", "2026-03-09 06:30"]),
        ("30 1 * * *", "America/New_York", "2026-10-31 12:00", ["2026-11-01 05:30", "2026-11-02 06:30"]),
        # Seoul never changes its clocks.
        ("30 2 * * *", "Asia/Seoul", "2026-03-28 12:00", ["2026-03-28 17:30", "2026-03-29 17:30"]),
        # Lord Howe by half an hour: 4 October from 02:00 to 02:30, at 15:30 UTC the day before; back 5 April.
        ("15 2 * * *", "Australia/Lord_Howe", "2026-10-03 00:00", ["2026-10-03 15:30", "2026-10-04 15:15"]),
        ("45 1 * * *", "Australia/Lord_Howe", "2026-04-04 00:00", ["2026-04-04 14:45", "2026-04-05 15:15"]),
        # Samoa left 30 December 2011 out.
        ("0 12 30 12 *", "Pacific/Apia", "2011-12-29 12:00", ["2011-12-30 10:00", "2012-12-29 22:00"]),
    ],
)
def test_a_line_is_right_when_clocks_change(cron, zone, after, due):
    assert following(cron, zone, after, len(due)) == due


@pytest.mark.parametrize(
    ("cron", "sentence"),
    [
        ("", "five fields"),
        ("0 13 * *", "five fields"),
        ("@daily", "five fields"),
        ("60 * * * *", "“60” is no minute. Take 0 to 59"),
        ("* 24 * * *", "“24” is no hour"),
        ("* * 0 * *", "“0” is no day"),
        ("* * * 13 *", "“13” is no month. Take 1 to 12 or jan to dec"),
        ("* * * * 8", "“8” is no weekday"),
        ("* * * * monday", "“monday” is no weekday"),
        ("5-1 * * * *", "“5-1” is no minute"),
        ("*/0 * * * *", "no minute"),
        ("5/10 * * * *", "no minute"),
        ("*-5 * * * *", "no minute"),
        ("1,,2 * * * *", "“” is no minute"),
        ("-1 * * * *", "no minute"),
        ("0 0 L * *", "“l” is no day"),
        ("0 0 ? * *", "no day"),
        ("0 0 30 2 *", "No such day ever comes"),
        ("0 0 31 4,6 *", "No such day ever comes"),
    ],
)
def test_a_line_that_is_wrong_or_impossible_gets_a_sentence(cron, sentence):
    with pytest.raises(Invalid, match=sentence):
        schedules.next_after(cron, "UTC", at(NEW_YEAR))


@pytest.mark.parametrize("zone", ["", "Mars/Olympus", "../etc/passwd", "Europe", "a\0b", "+02:00"])
def test_a_zone_that_is_unknown_gets_a_sentence(zone):
    with pytest.raises(Invalid, match="There is no time zone"):
        schedules.next_after("0 0 * * *", zone, at(NEW_YEAR))


@pytest.mark.parametrize(
    ("now", "missed", "last"),
    [
        ("2026-03-28 02:00", 0, "2026-03-28 01:30"),
        ("2026-03-29 01:00", 1, "2026-03-29 01:00"),
        ("2026-03-31 00:29", 2, "2026-03-30 00:30"),
        ("2027-03-28 01:29", 365, "2027-03-28 01:00"),
    ],
)
def test_what_passed_meanwhile_is_counted_over_a_change_of_clocks(now, missed, last):
    found = schedules.missed_between("30 2 * * *", "Europe/Berlin", at("2026-03-28 01:30"), at(now))
    assert found == (missed, at(last))


@pytest.mark.parametrize(
    ("cron", "zone", "days"),
    [
        ("* * * * *", "Europe/Berlin", 390),  # three changes of clocks and a 29th of February
        ("*/7 0-3,22-23 * * *", "America/Nuuk", 1500),  # its clocks go forward at midnight, and at 22:00 before 2024
        ("0,30 * * * *", "Australia/Lord_Howe", 1500),
        ("59 23 * * mon", "Asia/Beirut", 1500),  # forward at 00:00
        ("30 0,23 * * *", "Pacific/Apia", 1500),
    ],
)
@pytest.mark.parametrize("first", ["2023-03-20 12:34", "2026-10-20 23:59"])
def test_what_is_reckoned_is_what_there_is_one_by_one(cron, zone, days, first):
    begins = schedules.next_after(cron, zone, at(first))
    now = min(begins + timedelta(days=days), at("2027-04-05 06:07"))
    one_by_one = list(takewhile(lambda each: each <= now, schedules.due(cron, zone, begins)))
    assert schedules.missed_between(cron, zone, begins, now) == (len(one_by_one), one_by_one[-1])


def test_ten_years_of_missed_minutes_are_counted_at_once():
    begun = time.process_time()
    found = schedules.missed_between("* * * * *", "Europe/Berlin", at("2016-11-26 00:00"), at("2026-11-26 00:00"))
    assert time.process_time() - begun < 1
    assert found == (10 * 365 * 1440 + 2 * 1440 - 10 * 60, at("2026-11-26 00:00"))
