"""Loaded before Django's settings: each test process has a folder, a database and a broker of its own."""

import os
import tempfile

os.environ["VAR_DIR"] = tempfile.mkdtemp(prefix="ops-")
os.environ["RUNBOOK_MODULES"] = "tests.runbooks"
os.environ["SECRET_KEY"] = "only for tests"
os.environ["DATABASE_URL"] = os.environ.get("TEST_DATABASE_URL", "")
os.environ["REDIS_URL"] = ""
os.environ["LEASE_SECONDS"] = "30"
