"""Loaded into the tests of the previous release, which need no change: their database is one that is there already.

NEWER_DATABASE: its address. NEWEST: the name of its newest migration, as proof that this is the one they got.
"""

import os

import emptying
import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

os.environ["DATABASE_URL"] = os.environ["NEWER_DATABASE"]


def pytest_sessionstart():
    """With --reuse-db, the database itself instead of one named after it."""
    connection.settings_dict["TEST"]["NAME"] = connection.settings_dict["NAME"]


@pytest.fixture(scope="session", autouse=True)
def on_newer_tables(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        emptying.quickly(kept_rows=False)
        assert ("opsportal", os.environ["NEWEST"]) in MigrationRecorder(connection).applied_migrations()
