"""The one clock all hosts share: the database's, in UTC."""

from datetime import UTC, datetime

from django.db import connection

CLOCKS = {"postgresql": "SELECT clock_timestamp()", "mysql": "SELECT UTC_TIMESTAMP(6)"}


def now() -> datetime:
    """The time of the database, aware, in UTC. SQLite lives on this host: there it is this host's time."""
    if connection.vendor not in CLOCKS:
        return datetime.now(UTC)
    with connection.cursor() as cursor:
        cursor.execute(CLOCKS[connection.vendor])
        (row,) = cursor.fetchall()
    value: datetime = row[0]
    return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
