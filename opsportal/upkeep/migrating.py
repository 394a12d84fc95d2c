"""Migrations run once, whichever host starts first, and no process works on tables that it does not know."""

from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

from ..words import gettext as _
from ..writers import in_line

log = structlog.get_logger(__name__)

DAY = 86_400  # seconds that MariaDB waits for the lock
# The lock is the session's: whoever crashes gives it back with the connection. MariaDB's names are the server's.
TAKE = {
    "postgresql": ("SELECT pg_try_advisory_lock(7314001)", "SELECT pg_advisory_lock(7314001)"),
    "mysql": (
        "SELECT GET_LOCK(CONCAT('opsportal ', MD5(DATABASE())), 0)",
        f"SELECT GET_LOCK(CONCAT('opsportal ', MD5(DATABASE())), {DAY})",
    ),
}
GIVE_BACK = {
    "postgresql": "SELECT pg_advisory_unlock(7314001)",
    "mysql": "SELECT RELEASE_LOCK(CONCAT('opsportal ', MD5(DATABASE())))",
}


@contextmanager
def alone() -> Iterator[None]:
    """Keep every other host from migrating this database meanwhile; wait for one that does.

    On SQLite, which serves one host, its writers wait too.
    """
    if connection.vendor not in TAKE:
        with in_line():
            yield
        return
    at_once, in_the_end = TAKE[connection.vendor]
    if not answer(at_once):
        log.warning("another process migrates the database; this one waits for it")
        answer(in_the_end)
    try:
        yield
    finally:
        answer(GIVE_BACK[connection.vendor])


def answer(query: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(query)
        (row,) = cursor.fetchall()
    return row[0]


def require_current() -> None:
    """Raises RuntimeError with a sentence when the tables are older than the code; newer ones are warned of."""
    executor = MigrationExecutor(connection)
    missing = [migration for migration, _back in executor.migration_plan(executor.loader.graph.leaf_nodes())]
    if missing:
        text = _("The database lacks {names}. Run manage.py migrate on one host, then start this one.")
        raise RuntimeError(text.format(names=", ".join(f"{each.app_label}.{each.name}" for each in missing)))
    loader = executor.loader
    unknown = [f"{app}.{name}" for app, name in loader.applied_migrations if newer(loader, app, name)]
    if unknown:
        log.warning("the database is newer than this release; upgrade this host soon", migrations=sorted(unknown))


def newer(loader: MigrationLoader, app: str, name: str) -> bool:
    """Whether the database has a migration of an app of ours that this release does not know."""
    return app in loader.migrated_apps and (app, name) not in loader.disk_migrations
