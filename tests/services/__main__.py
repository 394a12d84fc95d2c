"""`make test-services`: what depends on the database, on PostgreSQL and MariaDB side by side, with a Redis service."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pymysql
import redis

from opsportal.hosting.supervisor import die_with_parent

ADDRESSES = {
    "TEST_POSTGRES_URL": "postgres://postgres@127.0.0.1:5432",
    "TEST_MARIADB_URL": "mysql://root@127.0.0.1:3306",
    "TEST_REDIS_URL": "redis://127.0.0.1:6379",
}
DATABASES = {"PostgreSQL": "TEST_POSTGRES_URL", "MariaDB": "TEST_MARIADB_URL"}
CAMPAIGN = "tests/live/test_deployments.py::test_a_deployment_survives_a_seeded_campaign[0]"
TESTS = (
    *("tests/services", "tests/engine", "tests/sweeps", "tests/policies/test_firings.py"),
    *("tests/findings", "tests/hostile/test_findings.py", "tests/cleanups/test_races.py"),
    *("tests/slack/test_projecting.py", "tests/slack/test_notices.py", "tests/live/test_portals.py"),
    *("tests/live/test_migrating.py", "tests/live/test_workers.py", "tests/policies/test_policies.py"),
    CAMPAIGN,
)


def address(variable):
    return os.environ.get(variable) or ADDRESSES[variable]


def connect(url):
    """Ask the service for a connection. Raises the error of its library."""
    found = urlsplit(url)
    if found.scheme.startswith("postgres"):
        psycopg.connect(url, dbname="postgres", connect_timeout=5).close()
    elif found.scheme == "mysql":
        login = {"user": found.username or "root", "password": found.password or ""}
        pymysql.connect(host=found.hostname, port=found.port or 3306, connect_timeout=5, **login).close()
    else:
        with redis.Redis.from_url(url, socket_connect_timeout=5) as server:
            server.ping()


def silent():
    """A sentence for each service that does not answer."""
    for variable in ADDRESSES:
        where = urlsplit(address(variable))
        try:
            connect(address(variable))
        except (psycopg.Error, pymysql.Error, redis.RedisError) as error:
            server, why = f"{where.scheme}://{where.hostname}:{where.port}", str(error).splitlines()[0]
            yield f"{variable}: no answer from {server} ({why}). Start it, or name another address."


def start(variable, tests, path):
    """The tests on this database, in a process of their own that prints to this file and ends when we do."""
    env = os.environ | {"TEST_DATABASE_URL": address(variable), "TEST_REDIS_URL": address("TEST_REDIS_URL")}
    with path.open("w") as out:
        command = [sys.executable, "-m", "pytest", "-n", "2", "--dist", "worksteal", "--durations=5", *tests]
        return subprocess.Popen(command, env=env, stdout=out, stderr=subprocess.STDOUT, preexec_fn=die_with_parent)


def run(tests, folder):
    """The databases on which tests failed."""
    at_work = {name: start(variable, tests, folder / name) for name, variable in DATABASES.items()}
    for name, process in at_work.items():
        process.wait()
        print(f"\n{name}\n{(folder / name).read_text()}", flush=True)
    return [name for name, process in at_work.items() if process.returncode]


def main(tests):
    if missing := list(silent()):
        return "\n".join(missing)
    with tempfile.TemporaryDirectory() as folder:
        failed = run(tests, Path(folder))
    return f"Tests failed on {' and '.join(failed)}." if failed else None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or TESTS))
