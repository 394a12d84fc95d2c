"""Objects as the Web API and the events show them; Slack docs: conversation, message, user and view objects."""

from sandbox.slack.records import Channel, Json, Message, User, View
from sandbox.slack.workspace import Workspace, replies


def message_json(workspace: Workspace, channel: Channel, message: Message, metadata: bool = True) -> Json:
    shown: Json = {"type": "message", "user": message.user, "text": message.text, "ts": message.ts}
    shown |= {"team": workspace.team}
    if message.by_app:
        shown |= {"bot_id": workspace.bot, "app_id": workspace.app, "bot_profile": _bot_profile(workspace)}
    if message.deleted:
        shown |= {"subtype": "tombstone", "hidden": True}
    elif message.broadcast:
        shown |= {"subtype": "thread_broadcast"}
    shown |= {name: value for name in ("blocks", "edited", "thread_ts") if (value := getattr(message, name))}
    if metadata and message.metadata:
        shown["metadata"] = message.metadata
    return shown | _reactions(message) | _thread(channel, message)


def reactions_json(message: Message) -> list[Json]:
    return [{"name": name, "users": users, "count": len(users)} for name, users in message.reactions.items()]


def _reactions(message: Message) -> Json:
    return {"reactions": reactions_json(message)} if message.reactions else {}


def _thread(channel: Channel, message: Message) -> Json:
    """What a message says of its replies."""
    found = [] if message.is_reply else replies(channel, message.ts)
    if not found:
        return {}
    users = list(dict.fromkeys(each.user for each in found))
    counts = {"reply_count": len(found), "reply_users_count": len(users), "latest_reply": found[-1].ts}
    return {"thread_ts": message.ts, "reply_users": users, "subscribed": False, "is_locked": False, **counts}


def _bot_profile(workspace: Workspace) -> Json:
    name = workspace.users[workspace.bot_user].name
    place = {"app_id": workspace.app, "team_id": workspace.team, "deleted": False, "updated": 0}
    return {"id": workspace.bot, "name": name, **place}


def channel_json(workspace: Workspace, channel: Channel) -> Json:
    kinds = {"is_channel": not channel.is_private, "is_group": channel.is_private, "is_private": channel.is_private}
    direct = channel.id.startswith("D")
    return {
        "id": channel.id,
        "name": channel.name,
        "name_normalized": channel.name,
        "created": channel.created,
        "is_im": direct,
        "is_mpim": False,
        "is_general": channel.name == "general",
        "is_archived": channel.is_archived,
        "is_member": workspace.bot_user in channel.members,
        "context_team_id": workspace.team,
        "topic": {"value": "", "creator": "", "last_set": 0},
        "purpose": {"value": "", "creator": "", "last_set": 0},
        "num_members": len(channel.members),
        **kinds,
    }


def user_json(workspace: Workspace, user: User, email: bool) -> Json:
    """`email` is shown to those who have the scope users:read.email."""
    profile = {"real_name": user.real_name, "display_name": user.name, "team": workspace.team}
    profile |= {"email": user.email} if email and user.email else {}
    profile |= {"bot_id": workspace.bot, "api_app_id": workspace.app} if user.is_bot else {}
    place = {"team_id": workspace.team, "tz": "Etc/UTC", "tz_label": "Coordinated Universal Time", "tz_offset": 0}
    return {
        "id": user.id,
        "name": user.name,
        "real_name": user.real_name,
        "deleted": False,
        "is_bot": user.is_bot,
        "is_app_user": False,
        "is_admin": False,
        "is_owner": False,
        "updated": 0,
        "profile": profile,
        **place,
    }


def view_json(workspace: Workspace, view: View, values: Json | None = None) -> Json:
    kept: Json = {"private_metadata": "", "callback_id": "", "external_id": "", "clear_on_close": False}
    kept |= {"notify_on_close": False, "title": None, "close": None, "submit": None}
    own: Json = {"id": view.id, "team_id": workspace.team, "hash": view.hash, "state": {"values": values or {}}}
    own |= {"root_view_id": view.root, "previous_view_id": view.previous or None}
    own |= {"app_id": workspace.app, "app_installed_team_id": workspace.team, "bot_id": workspace.bot}
    return kept | view.given | own
