"""Freezes by calendar, as a table: rules, time zones, clock changes, holidays, and sentences for what is no rule."""

from datetime import UTC, datetime

import pytest

from opsportal import freezes
from opsportal.errors import Invalid


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("rules", "zone", "now", "until"),
    [
        ("Fri 16:00 - Mon 08:00", "UTC", "2026-11-20 15:59", None),
        ("Fri 16:00 - Mon 08:00", "UTC", "2026-11-20 16:00", "2026-11-23 08:00"),
        ("Fri 16:00 – Mon 08:00", "UTC", "2026-11-22 23:00", "2026-11-23 08:00"),
        ("Fri 16:00 - Mon 08:00", "UTC", "2026-11-23 08:00", None),
        ("Fri 16:00 - Mon 08:00", "Asia/Seoul", "2026-11-20 07:00", "2026-11-22 23:00"),
        ("Mon 08:00 - Mon 07:00", "UTC", "2026-11-22 12:00", "2026-11-23 07:00"),
        ("sat 00:00 - sat 12:00", "UTC", "2026-11-21 11:00", "2026-11-21 12:00"),
        ("daily 22:00 - 06:00", "Europe/Berlin", "2026-11-21 21:30", "2026-11-22 05:00"),
        ("daily 22:00 - 06:00", "Europe/Berlin", "2026-11-22 05:00", None),
        ("daily 12:00 - 13:00", "UTC", "2026-11-21 12:30", "2026-11-21 13:00"),
        ("2026-12-20 - 2027-01-03 Christmas", "UTC", "2027-01-03 23:59", "2027-01-04 00:00"),
        ("2026-12-20 - 2027-01-03 Christmas", "UTC", "2026-12-19 23:59", None),
        ("2026-11-27 09:00 - 2026-11-30 12:00 Sale", "UTC", "2026-11-30 11:59", "2026-11-30 12:00"),
        ("holidays DE", "Europe/Berlin", "2026-12-24 23:00", "2026-12-26 23:00"),
        ("holidays DE-BY", "Europe/Berlin", "2026-01-06 12:00", "2026-01-06 23:00"),
        ("holidays DE", "Europe/Berlin", "2026-01-06 12:00", None),
        ("Fri 16:00 - Mon 08:00\n2026-11-23 - 2026-11-24", "UTC", "2026-11-21 12:00", "2026-11-25 00:00"),
        ("# nothing\n\n", "UTC", "2026-11-21 12:00", None),
        # the clock goes forward on 2027-03-28 at 02:00 in Berlin: 02:30 is read as 03:00, which is 01:00 UTC
        ("2027-03-27 12:00 - 2027-03-28 02:30", "Europe/Berlin", "2027-03-28 00:59", "2027-03-28 01:00"),
        ("2027-03-28 02:30 - 2027-03-28 05:00", "Europe/Berlin", "2027-03-28 00:59", None),
        ("2027-03-28 02:30 - 2027-03-28 05:00", "Europe/Berlin", "2027-03-28 01:00", "2027-03-28 03:00"),
        # it goes back on 2026-10-25 at 03:00: 02:30 comes twice, and the first one counts
        ("2026-10-25 02:30 - 2026-10-25 05:00", "Europe/Berlin", "2026-10-25 00:30", "2026-10-25 04:00"),
        ("2026-10-24 12:00 - 2026-10-25 02:30", "Europe/Berlin", "2026-10-25 00:30", None),
    ],
)
def test_until_when_changes_are_frozen(rules, zone, now, until):
    found = freezes.frozen(rules, zone, at(now))
    assert (found and found.until) == (until and at(until))


def test_a_freeze_has_the_name_of_its_rule():
    assert freezes.frozen("2026-12-20 - 2027-01-03 Christmas", "UTC", at("2026-12-25 00:00")).why == "Christmas"
    assert freezes.frozen("daily 22:00 - 06:00", "UTC", at("2026-12-25 00:00")).why == "daily 22:00 - 06:00"


def test_a_freeze_without_an_end_is_told_as_more_than_a_year():
    found = freezes.frozen("daily 00:00 - 00:00", "UTC", at("2026-11-21 12:00"))
    assert (found.until - at("2026-11-21 12:00")).days >= 400


@pytest.mark.parametrize(
    ("rules", "sentence"),
    [
        ("Fri 16:00 - Mon 08:00\nalways", "Line 2, “always”, is no rule. Write such as “Fri 16:00 - Mon 08:00”"),
        ("Fri 25:00 - Mon 08:00", "is no rule"),
        ("2026-13-01 - 2026-13-02", "Line 1, “2026-13-01 - 2026-13-02”: month must be in 1..12"),
        ("2026-12-02 - 2026-12-01", "it ends before it begins"),
        ("holidays XX", "Line 1, “holidays XX”: "),
        ("holidays DE-ZZ", "Line 1, “holidays DE-ZZ”: "),
    ],
)
def test_what_is_no_rule_is_told_with_its_line(rules, sentence):
    with pytest.raises(Invalid) as caught:
        freezes.rules(rules)
    assert sentence in caught.value.message
