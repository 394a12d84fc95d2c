"""Triggers that keep the audit: no row is ever changed, and none younger than 30 days is deleted.

SQLite: CREATE TRIGGER · PostgreSQL: Trigger Functions · MariaDB: Triggers, SIGNAL.
"""

from typing import Any

CHANGED = "An audit entry is never changed."
YOUNG = "An audit entry stays for 30 days at least."
SQLITE = (
    f"""CREATE TRIGGER opsportal_audit_update BEFORE UPDATE ON opsportal_audit
        BEGIN SELECT RAISE(ABORT, '{CHANGED}'); END""",
    f"""CREATE TRIGGER opsportal_audit_delete BEFORE DELETE ON opsportal_audit
        WHEN OLD.at > strftime('%Y-%m-%d %H:%M:%f', 'now', '-30 days')
        BEGIN SELECT RAISE(ABORT, '{YOUNG}'); END""",
)
MARIADB = (
    f"""CREATE TRIGGER opsportal_audit_update BEFORE UPDATE ON opsportal_audit FOR EACH ROW
        SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = '{CHANGED}'""",  # noqa: S608  a sentence of ours
    f"""CREATE TRIGGER opsportal_audit_delete BEFORE DELETE ON opsportal_audit FOR EACH ROW
        IF OLD.at > UTC_TIMESTAMP(6) - INTERVAL 30 DAY
        THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = '{YOUNG}'; END IF""",
)
POSTGRESQL = (
    f"""CREATE FUNCTION opsportal_audit_changed() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION USING MESSAGE = '{CHANGED}', ERRCODE = 'restrict_violation'; END $$""",
    f"""CREATE FUNCTION opsportal_audit_young() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION USING MESSAGE = '{YOUNG}', ERRCODE = 'restrict_violation'; END $$""",
    """CREATE TRIGGER opsportal_audit_update BEFORE UPDATE ON opsportal_audit
        FOR EACH ROW EXECUTE FUNCTION opsportal_audit_changed()""",
    """CREATE TRIGGER opsportal_audit_delete BEFORE DELETE ON opsportal_audit
        FOR EACH ROW WHEN (OLD.at > now() - interval '30 days') EXECUTE FUNCTION opsportal_audit_young()""",
)
INSTALL = {"sqlite": SQLITE, "mysql": MARIADB, "postgresql": POSTGRESQL}
DROPS = ("DROP TRIGGER IF EXISTS opsportal_audit_update", "DROP TRIGGER IF EXISTS opsportal_audit_delete")
REMOVE = {
    "sqlite": DROPS,
    "mysql": DROPS,
    "postgresql": (
        "DROP FUNCTION IF EXISTS opsportal_audit_changed() CASCADE",
        "DROP FUNCTION IF EXISTS opsportal_audit_young() CASCADE",
    ),
}


def install(connection: Any) -> None:
    """Put the triggers on the table, which has none."""
    execute(connection, INSTALL[connection.vendor])


def remove(connection: Any) -> None:
    """Take away what `install` made, as far as it is there."""
    execute(connection, REMOVE[connection.vendor])


def execute(connection: Any, statements: tuple[str, ...]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
