"""The rows everything else is a projection of."""

from .approval import Approval
from .environment import Environment
from .event import Event
from .heartbeat import Heartbeat
from .intent import Intent
from .lock import Lock
from .run import Run
from .step import Step

__all__ = ["Approval", "Environment", "Event", "Heartbeat", "Intent", "Lock", "Run", "Step"]
