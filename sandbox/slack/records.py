"""What a workspace is made of; `ts` is Slack's text, other times are seconds since the epoch."""

from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True)
class User:
    id: str
    name: str
    real_name: str
    email: str = ""
    is_bot: bool = False


@dataclass
class Message:
    """`seen_by` is the only person who sees an ephemeral message, and empty for all others."""

    ts: str
    user: str
    text: str = ""
    blocks: list[Json] = field(default_factory=list)
    thread_ts: str = ""
    metadata: Json | None = None
    by_app: bool = True
    broadcast: bool = False
    deleted: bool = False
    edited: Json | None = None
    reactions: dict[str, list[str]] = field(default_factory=dict)
    seen_by: str = ""

    @property
    def is_reply(self) -> bool:
        return self.thread_ts not in ("", self.ts)


@dataclass
class Channel:
    """Messages by their `ts`, in the order of time; `threads` has the replies to each."""

    id: str
    name: str
    created: int
    is_private: bool = False
    is_archived: bool = False
    members: list[str] = field(default_factory=list)
    messages: dict[str, Message] = field(default_factory=dict)
    ephemeral: dict[str, Message] = field(default_factory=dict)
    threads: dict[str, list[str]] = field(default_factory=dict)


@dataclass
class View:
    """A modal or a home tab of one person; `errors` is what the app said of the last submission, by block."""

    id: str
    user: str
    given: Json
    hash: str
    root: str
    previous: str = ""
    errors: dict[str, str] = field(default_factory=dict)


@dataclass
class Trigger:
    user: str
    made: float
    root: str = ""
    used: bool = False


@dataclass
class Hook:
    """A response_url: where its messages go, and the message it came from."""

    secret: str
    channel: str
    user: str
    made: float
    ts: str = ""
    thread_ts: str = ""
    uses: int = 0
