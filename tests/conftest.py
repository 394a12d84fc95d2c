"""What holds for all tests: how a database other than SQLite is emptied between them, and dropped at the end."""

import pytest
from django.db import connection

from tests import audits, sessions


def deletions(_style, tables, **_options):
    """Django's TRUNCATE of every table takes PostgreSQL half a second a test; these tables hold a few rows."""
    return [f"DELETE FROM {connection.ops.quote_name(table)};" for table in tables]  # noqa: S608  Django's own names


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """PostgreSQL drops no database that is in use, and the keeper's thread keeps its connection for the next step."""
    if connection.vendor == "postgresql":
        connection.ops.sql_flush = deletions
    with django_db_blocker.unblock():
        audits.may_be_emptied()
    yield
    with django_db_blocker.unblock():
        sessions.end_others()
