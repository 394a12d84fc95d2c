"""What takes a while: instances and databases that stop and start, volumes that become another type.

AWS docs: Amazon EC2 User Guide, "Amazon EC2 instance state changes"; Amazon RDS User Guide, "Stopping an Amazon RDS DB
instance temporarily", "Amazon RDS event categories and event messages"; Amazon EBS User Guide, "Monitor the progress of
Amazon EBS volume modifications". No page says how long: the seconds are ours.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from moto import backends

from sandbox.cloudformation.records import Place

Key = tuple[Place, str, str]  # where, what kind, and the id

# what a state leads to, the code of that state where EC2 has one, and AWS seconds until then
LEADS = {
    ("ec2", "pending"): ("running", 16, 15.0),
    ("ec2", "stopping"): ("stopped", 80, 30.0),
    ("rds", "starting"): ("available", 0, 180.0),
    ("rds", "stopping"): ("stopped", 0, 180.0),
    ("volume", "modifying"): ("optimizing", 0, 20.0),
    ("volume", "optimizing"): ("completed", 0, 300.0),
}
STATES = {"ec2": "state", "rds": "status", "volume": "state"}  # what the attribute is called
TOLD = {"available": "DB instance started", "stopped": "DB instance stopped"}  # RDS-EVENT-0088, RDS-EVENT-0087


@dataclass(frozen=True)
class Move:
    state: str
    code: int
    due: float


Moves = dict[Key, Move]


def row(key: Key) -> Any:
    """moto's row, of a volume its last modification; None: it is gone."""
    place, kind, ident = key
    backend: Any = backends.get_backend("rds" if kind == "rds" else "ec2")[place.account][place.region]
    if kind == "rds":
        return backend.databases.get(ident)
    if kind == "volume":
        volume = backend.volumes.get(ident)
        return volume.modifications[-1] if volume and volume.modifications else None
    return backend.get_instance_by_id(ident)


def begin(moves: Moves, key: Key, now: float, speed: float) -> None:
    """What the row's state leads to, once; a second call on the way changes nothing."""
    state = getattr(row(key), STATES[key[1]], "")
    if lead := LEADS.get((key[1], str(state))):
        moves.setdefault(key, Move(lead[0], lead[1], now + lead[2] / speed))


def advance(moves: Moves, now: float, speed: float) -> None:
    """Whatever is due arrives, unless something else has become of it, and goes on."""
    for key, move in [each for each in moves.items() if each[1].due <= now]:
        del moves[key]
        found = row(key)
        if (key[1], str(getattr(found, STATES[key[1]], ""))) in LEADS:
            ARRIVE[key[1]](found, move)
            begin(moves, key, move.due, speed)


def _instance(found: Any, move: Move) -> None:
    found._state.name, found._state.code = move.state, move.code


def _database(found: Any, move: Move) -> None:
    found.status = move.state
    at = datetime.fromtimestamp(move.due, UTC).replace(tzinfo=None)
    found.backend.events.append(_event(found, TOLD[move.state], at))


def _event(found: Any, text: str, at: datetime) -> Any:
    """As moto keeps events. RDS API Reference: Event."""
    told = {"source_identifier": found.resource_id, "source_type": "db-instance", "source_arn": found.arn}
    return SimpleNamespace(**told, message=text, event_categories=["notification"], date=at)


def _volume(found: Any, move: Move) -> None:
    """What was asked for holds as soon as it is only being optimized."""
    found.state = move.state
    for name, value in found.after.items():
        setattr(found.volume, name, value)
    found.after = {}


ARRIVE = {"ec2": _instance, "rds": _database, "volume": _volume}
