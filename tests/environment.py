"""Loaded before Django's settings: each test process has a folder, a database and a broker of its own.

TEST_DATABASE_URL and TEST_REDIS_URL name services to use instead of SQLite and an embedded Valkey.
"""

import os
import secrets
import tempfile
from urllib.parse import urlsplit

import redis

NUMBERS = range(1, 16)  # a Redis has 16 databases unless it is told otherwise; number 0 keeps who has which
CLAIM_SECONDS = 1800  # after which the number of a process that was killed is free again


def with_name(url, name):
    """The address of another database of the same server."""
    return urlsplit(url)._replace(path=f"/{name}").geturl()


def claimed(url):
    """The address of a database of this Redis that no other test process uses now."""
    with redis.Redis.from_url(with_name(url, 0)) as server:
        for number in NUMBERS:
            if server.set(f"opsportal:tests:{number}", os.getpid(), nx=True, ex=CLAIM_SECONDS):
                return with_name(url, number)
    raise SystemExit(f"TEST_REDIS_URL: {urlsplit(url).hostname} has no free database; wait for other tests to end.")


def give_back(url):
    """Empty the database and let others have it."""
    with redis.Redis.from_url(url) as mine, redis.Redis.from_url(with_name(url, 0)) as server:
        mine.flushdb()
        server.delete(f"opsportal:tests:{urlsplit(url).path.strip('/')}")


def pytest_unconfigure():
    if os.environ["REDIS_URL"]:
        give_back(os.environ["REDIS_URL"])


DATABASE, REDIS = os.environ.get("TEST_DATABASE_URL"), os.environ.get("TEST_REDIS_URL")
os.environ["VAR_DIR"] = tempfile.mkdtemp(prefix="ops-")
os.environ["RUNBOOK_MODULES"] = "tests.runbooks"
os.environ["SECRET_KEY"] = "only for tests"
os.environ["DATABASE_URL"] = with_name(DATABASE, f"ops_{secrets.token_hex(4)}") if DATABASE else ""
os.environ["REDIS_URL"] = claimed(REDIS) if REDIS else ""
os.environ["LEASE_SECONDS"] = "30"
