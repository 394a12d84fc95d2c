"""Files that need a server's sessions are collected on a server only; the others are tests of SQLite as well."""

import os

from tests.live.conftest import host

__all__ = ["host"]

SERVERS = [
    *("test_away.py", "test_connections.py", "test_inserts.py", "test_joins.py", "test_previous_release.py"),
    *("test_restart.py", "test_sessions.py"),
]
collect_ignore = [] if os.environ["DATABASE_URL"] else SERVERS
