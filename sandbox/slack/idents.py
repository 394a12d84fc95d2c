"""Ids and timestamps in the form that Slack gives them."""

import secrets
import time
from dataclasses import dataclass

SIGNS = "ABCDEFGHJKLMNPQRSTUVWXYZ0123456789"
STEP = 100


@dataclass
class Stamps:
    """Gives a `ts` such as 1700000000.000100, each above the one before."""

    last: int = 0

    def next(self) -> str:
        self.last = max(int(time.time()) * 1_000_000 + STEP, self.last + STEP)
        return f"{self.last // 1_000_000}.{self.last % 1_000_000:06d}"


def ident(letter: str) -> str:
    return letter + "0" + "".join(secrets.choice(SIGNS) for _ in range(9))


def fixed(letter: str, name: str) -> str:
    """The id of what is there from the start, such as C0OPS000000."""
    return f"{letter}0{name.upper():0<9.9}"


def short() -> str:
    """A block_id or action_id for what came without one."""
    return "".join(secrets.choice(SIGNS) for _ in range(5))
