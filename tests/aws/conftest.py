"""The same sandbox and steps as for stacks."""

from tests.stacks.conftest import account, protected, step

__all__ = ["account", "protected", "step"]
