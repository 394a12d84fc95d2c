"""The sessions that a database server holds open for the database under test."""

from django.db import OperationalError, connection

OTHERS = {
    "postgresql": "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
    "mysql": "SELECT id FROM information_schema.processlist WHERE db = DATABASE() AND id <> CONNECTION_ID()",
}
END = {"postgresql": "SELECT pg_terminate_backend(%s)", "mysql": "KILL %s"}
NO_SUCH_THREAD = 1094  # MariaDB: it ended by itself in the meantime; PostgreSQL answers false


def others():
    """The numbers of all sessions but this thread's; SQLite has none."""
    if connection.vendor not in OTHERS:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(OTHERS[connection.vendor])
        return {number for (number,) in cursor.fetchall()}


def end(number):
    try:
        with connection.cursor() as cursor:
            cursor.execute(END[connection.vendor], [number])
    except OperationalError as error:
        if error.args[0] != NO_SUCH_THREAD:
            raise


def end_others():
    for number in others():
        end(number)


def end_all():
    """Every session is gone, our own too, as when the server has started again."""
    end_others()
    connection.close()
