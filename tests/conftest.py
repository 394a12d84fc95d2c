"""What holds for all tests: quick passwords; their order; how a database other than SQLite is emptied, and dropped."""

import os
from itertools import chain, groupby

import pytest
from django.conf import settings

from sandbox import process
from tests import audits, sessions, tables
from tests.services.plugins import emptying

settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # a real one takes 0.3 s on purpose


SHARED = ("browser", "outside")
LONGEST = "test_moving"  # a minute, most of it one command after the other
BUSY = 0.6  # the part of a process's share within which its tests of real processes begin; one may take half a minute


def pytest_collection_modifyitems(items):
    """Give each process, which begins with as many tests as the others, some that wait and some that compute.

    The first one begins with the modules that share a browser, or a portal and its worker: from there no process takes
    work from another, which would have to start a browser of its own. Tests of real processes, which mostly wait, stand
    between the modules of the others' first tests, so that none is left for the end.
    """
    together = [item for name in SHARED for item in items if room(item) == name]
    waiting = sorted((item for item in items if room(item) == "live"), key=lambda item: item.path.stem != LONGEST)
    others = (item for item in items if room(item) not in (*SHARED, "live"))
    modules = [list(group) for _, group in groupby(others, lambda item: item.path)]
    processes = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", 1))
    share = len(items) / processes
    first = taken(modules, share - len(together)) if processes > 1 else []
    items[:] = [*together, *chain(*first)]
    for left in range(processes - 1 or 1, 0, -1):
        number = len(waiting) // left
        mine = taken(modules, share - number) if left > 1 else modules
        items += between(mine, waiting[:number])
        del waiting[:number]


def taken(modules, number):
    """The first of these modules, taken out of the list, with about so many tests."""
    mine = []
    while modules and sum(map(len, mine)) < number:
        mine.append(modules.pop(0))
    return mine


def between(modules, waiting):
    """The tests that wait between the first of these modules, and those that are left after them."""
    mixed, told = [], 0
    for number, module in enumerate(modules, 1):
        due = min(len(waiting), round(len(waiting) * number / (BUSY * len(modules))))
        mixed += waiting[told:due] + module
        told = due
    return mixed + waiting[told:]


def room(item):
    return item.path.parent.name


@pytest.fixture(scope="session")
def sandbox():
    """One simulated AWS for all tests of a process: to start one takes longer than most deployments."""
    running = process.start()
    yield running
    running.stop()


@pytest.fixture(scope="session")
def django_db_keepdb(django_db_keepdb, django_db_modify_db_settings, tmp_path_factory):
    """One of several processes finds its tables made."""
    if tables.PARALLEL:
        tables.copied(tmp_path_factory.getbasetemp().parent)
    return django_db_keepdb or tables.PARALLEL


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """PostgreSQL drops no database that is in use, and the keeper's thread keeps its connection for the next step."""
    with django_db_blocker.unblock():
        emptying.quickly()
        audits.may_be_emptied()
    yield
    with django_db_blocker.unblock():
        sessions.end_others()
        if tables.PARALLEL:
            tables.drop()
