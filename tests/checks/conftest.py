"""The same sandbox and account as for the sandbox's own tests."""

from tests.sandbox.conftest import account, sandbox

__all__ = ["account", "sandbox"]
