"""Two releases on one database."""

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from opsportal.upkeep import migrating
from tests import audits, factories


@pytest.fixture
def recorder():
    """The migrations that the database has; what a test changes is taken back."""
    recorder = MigrationRecorder(connection)
    before = set(recorder.applied_migrations())
    yield recorder
    for app, name in set(recorder.applied_migrations()) - before:
        recorder.record_unapplied(app, name)
    for app, name in before - set(recorder.applied_migrations()):
        recorder.record_applied(app, name)


def told(caplog):
    """What the migrations' own code says; threads of earlier tests may say something, too."""
    return [each.getMessage() for each in caplog.records if "migrat" in each.name]


def test_tables_of_this_release_are_nothing_to_speak_of(caplog):
    migrating.require_current()
    assert told(caplog) == []


@pytest.fixture
def guarded():
    """Migrations bring the triggers back by which the audit only grows."""
    audits.is_kept()
    yield
    audits.may_be_emptied()


def test_every_migration_goes_back_and_forth_again(guarded):
    (newest,) = MigrationLoader(connection).graph.leaf_nodes("opsportal")
    factories.run(environment=factories.environment())
    call_command("migrate", "opsportal", "0001_first", verbosity=0)
    assert "opsportal_cache" not in connection.introspection.table_names()
    call_command("migrate", "opsportal", verbosity=0)
    assert newest in MigrationRecorder(connection).applied_migrations()
    assert factories.start({"a": []}).steps.count() == 1
    migrating.require_current()


def test_an_older_release_starts_with_a_warning(recorder, caplog):
    recorder.record_applied("opsportal", "9999_later")
    migrating.require_current()
    assert "the database is newer than this release" in caplog.text
    assert "opsportal.9999_later" in caplog.text


def test_a_newer_release_refuses_to_start(recorder):
    ((_app, newest),) = MigrationLoader(connection).graph.leaf_nodes("opsportal")
    recorder.record_unapplied("opsportal", newest)
    with pytest.raises(RuntimeError, match=rf"The database lacks opsportal\.{newest}"):
        migrating.require_current()


def test_migrations_of_an_app_that_is_gone_are_nobodys_business(recorder, caplog):
    recorder.record_applied("an_app_of_before", "0001_initial")
    migrating.require_current()
    assert told(caplog) == []
