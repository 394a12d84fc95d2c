"""A sandbox that goes quickly, and an account of its own for each test."""

import random

import pytest

from tests.stacks.driver import Driver, facts

FAST = 100


@pytest.fixture
def account(sandbox, monkeypatch):
    """The workers' own credentials are this account's."""
    sandbox.speed(FAST, change_set_seconds=0.1)
    number = str(random.randint(10**11, 10**12 - 1))
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", number)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "sandbox")
    from tasks.aws import clients, identities

    clients.own_credentials.cache_clear()
    identities._identities.clear()
    return number


@pytest.fixture
def step(sandbox, account):
    yield Driver(sandbox, facts(account))
    sandbox.clear_faults()
    sandbox.speed(FAST)


@pytest.fixture
def slow(sandbox, step):
    """A step whose stacks go slowly enough to be met in progress."""
    sandbox.speed(4)
    return step


@pytest.fixture
def protected(sandbox, account):
    yield Driver(sandbox, facts(account, protected=True))
    sandbox.clear_faults()
