"""A sandbox that goes quickly, and an account of its own for each test."""

import random

import pytest

from sandbox import process
from tests.sandbox.account import Account


@pytest.fixture
def account(sandbox):
    sandbox.speed(200, change_set_seconds=1)
    yield Account(sandbox, str(random.randint(10**11, 10**12 - 1)))
    sandbox.clear_faults()


@pytest.fixture(scope="session")
def bench(sandbox):
    """The benchmark's account, filled once and only read; `filled` says with what."""
    account = Account(sandbox, "600000000001")
    account.filled = sandbox.fill("bench", account.id)["eu-west-1"]
    return account


@pytest.fixture
def held(sandbox, account):
    """An account whose stacks go slowly enough to be met in progress."""
    sandbox.speed(5)
    yield account
    sandbox.speed(200)


@pytest.fixture
def start(tmp_path):
    """Starts a sandbox on the same state file, as often as asked."""
    running = []

    def begin(speed=50):
        running.append(process.start(state=str(tmp_path / "state"), speed=speed))
        return Account(running[-1], "123456789012")

    yield begin
    if running[-1].process.poll() is None:
        running[-1].stop()
