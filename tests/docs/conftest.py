"""The engine driven by hand, as for its own tests, and a sandbox for what calls AWS."""

from tests.engine.conftest import drive, hand
from tests.stacks.conftest import account

__all__ = ["account", "drive", "hand"]
