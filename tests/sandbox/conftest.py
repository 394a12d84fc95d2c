"""One sandbox process for all of these tests, and an account of its own for each."""

import random

import pytest

from sandbox import process
from tests.sandbox.account import Account


@pytest.fixture(scope="session")
def sandbox():
    running = process.start(speed=200)
    yield running
    running.stop()


@pytest.fixture
def account(sandbox):
    yield Account(sandbox, str(random.randint(10**11, 10**12 - 1)))
    sandbox.clear_faults()


@pytest.fixture
def held(sandbox, account):
    """An account whose stacks go slowly enough to be met in progress."""
    sandbox.speed(5)
    yield account
    sandbox.speed(200)
