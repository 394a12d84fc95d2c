"""The tables of SQLite are made once for all processes of a test run: to migrate takes as long as a hundred tests."""

import fcntl
import os
import shutil
import subprocess
import sys
from pathlib import Path

from django.db import connection

PARALLEL = "PYTEST_XDIST_WORKER" in os.environ and connection.vendor == "sqlite"


def copied(folder):
    """Put a database file with all tables where this process will look for it; `folder` is the whole run's."""
    made = folder / "tables.sqlite3"
    with (folder / "tables.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # the others wait for the first one
        if not made.exists():
            migrate(made)
    shutil.copy(made, connection.settings_dict["TEST"]["NAME"])


def migrate(file):
    env = {**os.environ, "DATABASE_URL": f"sqlite:///{file}.new"}
    subprocess.run([sys.executable, "manage.py", "migrate", "--verbosity", "0"], env=env, check=True)
    Path(f"{file}.new").rename(file)


def drop():
    connection.close()
    Path(connection.settings_dict["NAME"]).unlink()
