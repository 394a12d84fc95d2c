"""Instances and databases on their way between stopped and running, which takes a while.

AWS docs: Amazon EC2 User Guide, "Amazon EC2 instance state changes"; Amazon RDS User Guide, "Stopping an Amazon RDS DB
instance temporarily", "Amazon RDS event categories and event messages". No page says how long: the seconds are ours.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from moto import backends

from sandbox.cloudformation.records import Place

Key = tuple[Place, str, str]  # where, ec2 or rds, and the id

# what a state leads to, the code of that state where EC2 has one, and AWS seconds until then
LEADS = {
    ("ec2", "pending"): ("running", 16, 15.0),
    ("ec2", "stopping"): ("stopped", 80, 30.0),
    ("rds", "starting"): ("available", 0, 180.0),
    ("rds", "stopping"): ("stopped", 0, 180.0),
}
TOLD = {"available": "DB instance started", "stopped": "DB instance stopped"}  # RDS-EVENT-0088, RDS-EVENT-0087


@dataclass(frozen=True)
class Move:
    state: str
    code: int
    due: float


Moves = dict[Key, Move]


def row(key: Key) -> Any:
    """moto's row; None: it is gone."""
    place, kind, ident = key
    backend: Any = backends.get_backend(kind)[place.account][place.region]  # type: ignore[call-overload]
    if kind == "rds":
        return backend.databases.get(ident)
    return backend.get_instance_by_id(ident)


def begin(moves: Moves, key: Key, now: float, speed: float) -> None:
    """What the row's state leads to, once; a second call on the way changes nothing."""
    found = row(key)
    state = getattr(found, "status", None) if key[1] == "rds" else getattr(found, "state", None)
    if lead := LEADS.get((key[1], str(state))):
        moves.setdefault(key, Move(lead[0], lead[1], now + lead[2] / speed))


def advance(moves: Moves, now: float) -> None:
    """Whatever is due arrives, unless something else has become of it."""
    for key, move in [each for each in moves.items() if each[1].due <= now]:
        del moves[key]
        found = row(key)
        if found is not None and key[1] == "rds":
            _database(key, found, move)
        elif found is not None and found.state in ("pending", "stopping"):
            found._state.name, found._state.code = move.state, move.code


def _database(key: Key, found: Any, move: Move) -> None:
    if found.status in ("starting", "stopping"):
        found.status = move.state
        found.backend.events.append(
            _event(found, TOLD[move.state], datetime.fromtimestamp(move.due, UTC).replace(tzinfo=None))
        )


def _event(found: Any, text: str, at: datetime) -> Any:
    """As moto keeps events. RDS API Reference: Event."""
    told = {"source_identifier": found.resource_id, "source_type": "db-instance", "source_arn": found.arn}
    return SimpleNamespace(**told, message=text, event_categories=["notification"], date=at)
