"""The same sandbox and account as for the sandbox's own tests, and a Reader on it."""

import pytest

from tests.checks.reading import SandboxReader
from tests.sandbox.conftest import account

__all__ = ["account", "reader"]


@pytest.fixture
def reader(account):
    return SandboxReader(account)
