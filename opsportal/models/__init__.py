"""The rows everything else is a projection of."""

from .approval import Approval
from .audit import Audit
from .calendar import Calendar
from .environment import Environment
from .event import Event
from .finding import Finding, FindingChange
from .heartbeat import Heartbeat
from .intent import Intent
from .lock import Lock
from .notice import Notice
from .page import Page
from .pause import Pause
from .policy import Firing, Policy
from .price import Price
from .proposal import Proposal
from .publisher import Publisher, UsedToken
from .run import Run
from .slack import Mute, SlackMessage, SlackPerson
from .step import Step
from .token import Token
from .vote import Vote

__all__ = [
    "Approval",
    "Audit",
    "Calendar",
    "Environment",
    "Event",
    "Finding",
    "FindingChange",
    "Firing",
    "Heartbeat",
    "Intent",
    "Lock",
    "Mute",
    "Notice",
    "Page",
    "Pause",
    "Policy",
    "Price",
    "Proposal",
    "Publisher",
    "Run",
    "SlackMessage",
    "SlackPerson",
    "Step",
    "Token",
    "UsedToken",
    "Vote",
]
