"""What an error of the database says: that it is away, or that it was asked for the same by two at once."""

from django.db import InterfaceError, OperationalError

DEADLOCKS = ("40P01", "40001", "55P03", "1213", "1205", "database is locked", "database table is locked")
# MariaDB docs, "MariaDB Error Code Reference": too many connections, shutdown, killed, not reached, gone, lost.
GONE = (1040, 1053, 1927, 2002, 2003, 2006, 2013)
# PostgreSQL docs, "PostgreSQL Error Codes": connection exception, too many connections, operator intervention. Not
# connected at all has none.
STATES = ("08", "53300", "57P")


def is_deadlock(error: BaseException | None) -> bool:
    """PostgreSQL: SQLSTATE 40P01, 40001 and 55P03; MariaDB: errors 1213 and 1205; SQLite: busy past its time-out."""
    if not isinstance(error, OperationalError):
        return False
    state = getattr(error.__cause__, "sqlstate", None) or str(error.args[0] if error.args else "")
    return state in DEADLOCKS


def is_away(error: BaseException | None) -> bool:
    """Whether it says that the database was not reached; a deadlock or a missing table are other matters."""
    if not isinstance(error, OperationalError):
        return isinstance(error, InterfaceError)
    cause = error.__cause__
    if cause is not None and hasattr(cause, "sqlstate"):
        return cause.sqlstate is None or cause.sqlstate.startswith(STATES)
    code = error.args[0] if error.args else None
    return code in GONE or "unable to open database" in str(error)
