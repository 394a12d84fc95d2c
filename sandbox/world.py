"""Everything one running sandbox holds."""

from dataclasses import dataclass, field
from pathlib import Path
from threading import RLock
from typing import Any

from sandbox.calls import CallLog
from sandbox.clock import Clock
from sandbox.cloudformation.estate import Estate
from sandbox.faults import Faults
from sandbox.moves import Moves
from sandbox.oidc import Issuers
from sandbox.pricing.products import TABLE
from sandbox.seeded import Seeded


@dataclass
class World:
    """`lock` is held while anything is read or changed; waiting for faults happens outside it.

    `filled`: what was made where an account was filled, by what was asked for. `moves`: what stops or starts now.
    """

    estate: Estate = field(default_factory=Estate)
    clock: Clock = field(default_factory=Clock)
    faults: Faults = field(default_factory=Faults)
    calls: CallLog = field(default_factory=CallLog)
    issuers: Issuers = field(default_factory=Issuers)
    seeded: Seeded = field(default_factory=Seeded)
    enforced: set[str] = field(default_factory=set)
    filled: dict[str, dict[str, Any]] = field(default_factory=dict)
    moves: Moves = field(default_factory=dict)
    change_set_seconds: float = 1.0
    prices: Path = TABLE
    changed: bool = False
    writing: bool = False
    lock: RLock = field(default_factory=RLock)
