"""The audit's table between tests: they empty all tables, which its trigger refuses everywhere else."""

from django.db import connection

from opsportal.audit import append_only

ON = " ON opsportal_audit" if connection.vendor == "postgresql" else ""


def may_be_emptied():
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER opsportal_audit_delete{ON}")


def is_kept():
    """As in every installation: with all its triggers."""
    append_only.remove(connection)
    append_only.install(connection)
