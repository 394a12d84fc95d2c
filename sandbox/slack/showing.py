"""All that the page shows, as one JSON object."""

from sandbox.slack import shapes
from sandbox.slack.records import Channel, Json, Message, View
from sandbox.slack.workspace import Workspace
from sandbox.slack.world import World


def whole(world: World, given: Json) -> Json:
    """By `version` the page knows whether anything changed."""
    workspace = world.workspace
    return {
        "version": workspace.version,
        "sockets": len(world.sockets.open),
        "team": workspace.team_name,
        "users": [{"id": user.id, "name": user.name, "is_bot": user.is_bot} for user in workspace.users.values()],
        "channels": [_channel(workspace, each) for each in workspace.channels.values()],
        "views": [_view(workspace, view) for view in workspace.views.values()],
        "homes": [_view(workspace, view) for view in workspace.homes.values()],
    }


def _channel(workspace: Workspace, channel: Channel) -> Json:
    shown = {"id": channel.id, "name": channel.name, "is_private": channel.is_private}
    shown |= {"is_archived": channel.is_archived, "has_bot": workspace.bot_user in channel.members}
    messages = sorted((*channel.messages.values(), *channel.ephemeral.values()), key=lambda each: float(each.ts))
    return shown | {"messages": [_message(workspace, channel, each) for each in messages]}


def _message(workspace: Workspace, channel: Channel, message: Message) -> Json:
    own = {"seen_by": message.seen_by, "is_reply": message.is_reply, "broadcast": message.broadcast}
    return shapes.message_json(workspace, channel, message) | own


def _view(workspace: Workspace, view: View) -> Json:
    return shapes.view_json(workspace, view) | {"user": view.user, "errors": view.errors}
