"""Slack docs: reactions.add, reactions.remove, reactions.get."""

from sandbox.slack import shapes
from sandbox.slack.arguments import needed
from sandbox.slack.records import Channel, Json, Message
from sandbox.slack.refusals import Refused
from sandbox.slack.workspace import Workspace, channel_by_id, message_at


def add(workspace: Workspace, given: Json) -> Json:
    channel, message = _message(workspace, given)
    if channel.is_archived:
        raise Refused("is_archived")
    users = message.reactions.setdefault(_name(given), [])
    if workspace.bot_user in users:
        raise Refused("already_reacted")
    users.append(workspace.bot_user)
    workspace.touch()
    return {}


def remove(workspace: Workspace, given: Json) -> Json:
    _, message = _message(workspace, given)
    name = _name(given)
    if workspace.bot_user not in message.reactions.get(name, []):
        raise Refused("no_reaction")
    message.reactions[name].remove(workspace.bot_user)
    message.reactions = {each: users for each, users in message.reactions.items() if users}
    workspace.touch()
    return {}


def found(workspace: Workspace, given: Json) -> Json:
    channel, message = _message(workspace, given)
    return {"type": "message", "channel": channel.id, "message": shapes.message_json(workspace, channel, message)}


def _message(workspace: Workspace, given: Json) -> tuple[Channel, Message]:
    channel = channel_by_id(workspace, needed(given, "channel"))
    return channel, message_at(channel, needed(given, "timestamp"))


def _name(given: Json) -> str:
    """Raises invalid_name where it is no emoji's name."""
    name = needed(given, "name").strip(":")
    if not name.replace("_", "").replace("-", "").replace("+", "").replace(":", "").isalnum():
        raise Refused("invalid_name")
    return name
