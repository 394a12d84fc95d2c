"""The one clock all hosts share: the database's, in UTC; and how long this host has been up."""

import time
from datetime import UTC, datetime
from typing import Any

from django.db import connection

# What a statement reads the time by, as it is at that moment. MariaDB's UTC_TIMESTAMP would be when the statement
# began, before it waited for a lock. SQLite lives on this host, whose time it is then.
CLOCKS = {
    "postgresql": "clock_timestamp()",
    "mysql": "TIMESTAMP '1970-01-01 00:00:00' + INTERVAL UNIX_TIMESTAMP(SYSDATE(6)) SECOND",
    "sqlite": "NULL",
}

# Goes on while the machine is suspended (clock_gettime(2)): leases end meanwhile too.
BOOTTIME = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def uptime() -> float:
    """Seconds since this host was started."""
    return time.clock_gettime(BOOTTIME)


def now() -> datetime:
    """The time of the database, aware, in UTC."""
    if connection.vendor == "sqlite":
        return told(None)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {CLOCKS[connection.vendor]}")
        (row,) = cursor.fetchall()
    return told(row[0])


def told(value: Any) -> datetime:
    """The time by one of CLOCKS, aware, in UTC."""
    if value is None:
        return datetime.now(UTC)
    found: datetime = value
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
