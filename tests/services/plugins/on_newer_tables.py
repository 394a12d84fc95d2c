"""Loaded into the tests of the previous release, which need no change: their database is one that is there already.

NEWER_DATABASE: its address. NEWEST: the name of its newest migration, as proof that this is the one they got.
"""

import os

import pytest
from django.core.management.commands import flush
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

os.environ["DATABASE_URL"] = os.environ["NEWER_DATABASE"]


KEPT = {"auth_permission", "django_content_type"}  # made anew, they would take longer than most tests


def deletions(_style, tables, **_options):
    """PostgreSQL truncates no table that another one refers to, and the previous release doesn't know the others."""
    return [f"DELETE FROM {connection.ops.quote_name(table)};" for table in tables]  # noqa: S608  Django's own names


def empty_quickly():
    """As our own tests do (tests/conftest.py)."""
    sql_flush = deletions if connection.vendor == "postgresql" else connection.ops.sql_flush
    connection.ops.sql_flush = lambda style, tables, **options: sql_flush(style, set(tables) - KEPT, **options)
    flush.emit_post_migrate_signal = lambda *args, **options: None


def pytest_sessionstart():
    """With --reuse-db, the database itself instead of one named after it."""
    connection.settings_dict["TEST"]["NAME"] = connection.settings_dict["NAME"]


@pytest.fixture(scope="session", autouse=True)
def on_newer_tables(django_db_setup, django_db_blocker):
    empty_quickly()
    with django_db_blocker.unblock():
        assert ("opsportal", os.environ["NEWEST"]) in MigrationRecorder(connection).applied_migrations()
