"""The sweeps' and policies' ways of making rows."""

from tests.stacks.conftest import account
from tests.sweeps.conftest import _known, drive, ec2, hand, here, sweep

__all__ = ["_known", "account", "drive", "ec2", "hand", "here", "sweep"]
