"""An installation of its own: a folder, an empty database of the kind under test, and its commands as processes."""

import os
import secrets
import subprocess
import sys

from django.db import connection

from tests.environment import with_name


class Installation:
    """`url`: its database; by default a fresh one on the server under test, or a SQLite file of its own."""

    def __init__(self, folder, url=None):
        folder.mkdir()
        self.name = f"ops_{secrets.token_hex(4)}"
        server = os.environ["DATABASE_URL"]
        self.served = bool(server) and url is None
        self.url = url or (with_name(server, self.name) if server else f"sqlite:///{folder}/ops.sqlite3")
        if self.served:
            execute(f"CREATE DATABASE {self.name}")
        self.env = {**os.environ, "VAR_DIR": str(folder), "DATABASE_URL": self.url, "LOG_LEVEL": "WARNING"}

    def start(self, *words, code=None):
        """A command of manage.py, or this Python code, as a process that is under way."""
        argv = [sys.executable, "-c", code] if code else [sys.executable, "manage.py", *words]
        return subprocess.Popen(argv, env=self.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def run(self, *words, code=None):
        """The same, until its end: its exit code, and all that it said."""
        process = self.start(*words, code=code)
        out, err = process.communicate(timeout=120)
        return process.returncode, out + err

    def drop(self):
        if self.served:
            execute(f"DROP DATABASE {self.name}" + (" WITH (FORCE)" if connection.vendor == "postgresql" else ""))


def execute(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)
