"""The one workspace: its people, channels, messages and views."""

import secrets
import time
from dataclasses import dataclass, field

from sandbox.slack.idents import Stamps, ident
from sandbox.slack.records import Channel, Hook, Message, Trigger, User, View
from sandbox.slack.refusals import Refused
from sandbox.slack.settings import Settings


@dataclass
class Workspace:
    """`version` rises with every change, so that the page knows when to draw again."""

    settings: Settings = field(default_factory=Settings)
    team: str = "T0SANDBOX1"
    domain: str = "sandbox"
    team_name: str = "Sandbox"
    app: str = "A0SANDBOX1"
    bot_user: str = "U0SANDBOT1"
    bot: str = "B0SANDBOT1"
    url: str = ""
    users: dict[str, User] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)
    views: dict[str, View] = field(default_factory=dict)
    homes: dict[str, View] = field(default_factory=dict)
    triggers: dict[str, Trigger] = field(default_factory=dict)
    hooks: dict[str, Hook] = field(default_factory=dict)
    tickets: set[str] = field(default_factory=set)
    stamps: Stamps = field(default_factory=Stamps)
    version: int = 0

    def touch(self) -> None:
        self.version += 1


def channel_by_id(workspace: Workspace, ident_: str) -> Channel:
    """Raises channel_not_found, also for private channels that the bot is not in."""
    channel = workspace.channels.get(ident_)
    if channel is None or (channel.is_private and workspace.bot_user not in channel.members):
        raise Refused("channel_not_found")
    return channel


def channel_by_any(workspace: Workspace, given: str) -> Channel:
    """By id or by name, with or without its #."""
    name = given.removeprefix("#")
    found = next((each.id for each in workspace.channels.values() if each.name == name), given)
    return channel_by_id(workspace, found)


def user_by_id(workspace: Workspace, ident_: str, error: str = "user_not_found") -> User:
    if ident_ not in workspace.users:
        raise Refused(error)
    return workspace.users[ident_]


def direct(workspace: Workspace, user: str) -> Channel:
    """The bot's direct messages with a person, made when they are first needed."""
    name = f"dm-{user}"
    found = next((each for each in workspace.channels.values() if each.name == name), None)
    if found is None:
        members = [user, workspace.bot_user]
        found = Channel(ident("D"), name, int(time.time()), is_private=True, members=members)
        workspace.channels[found.id] = found
    return found


def add_channel(
    workspace: Workspace, name: str, members: list[str], is_private: bool = False, id_: str = ""
) -> Channel:
    channel = Channel(id_ or ident("C"), name, int(time.time()), is_private, members=members)
    workspace.channels[channel.id] = channel
    workspace.touch()
    return channel


def add_message(workspace: Workspace, channel: Channel, message: Message) -> Message:
    kept = channel.ephemeral if message.seen_by else channel.messages
    kept[message.ts] = message
    if message.is_reply and not message.seen_by:
        channel.threads.setdefault(message.thread_ts, []).append(message.ts)
    workspace.touch()
    return message


def message_at(channel: Channel, ts: str) -> Message:
    message = channel.messages.get(ts)
    if message is None or message.deleted:
        raise Refused("message_not_found")
    return message


def replies(channel: Channel, ts: str) -> list[Message]:
    return [found for each in channel.threads.get(ts, []) if (found := channel.messages.get(each))]


def trigger(workspace: Workspace, user: str, root: str = "") -> str:
    made = f"{secrets.randbelow(10**10)}.{secrets.randbelow(10**10)}.{secrets.token_hex(16)}"
    workspace.triggers[made] = Trigger(user, time.time(), root)
    return made


def hook(workspace: Workspace, kind: str, channel: Channel, user: str, ts: str = "", thread_ts: str = "") -> str:
    """A response_url; `kind` is commands or actions."""
    key, secret = str(secrets.randbelow(10**13)), secrets.token_urlsafe(18)
    workspace.hooks[key] = Hook(secret, channel.id, user, time.time(), ts, thread_ts)
    return f"{workspace.url}/{kind}/{workspace.team}/{key}/{secret}"
