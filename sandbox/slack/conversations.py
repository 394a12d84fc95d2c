"""Slack docs: conversations.list, .info, .history, .replies, .join and .open."""

from sandbox.slack import shapes
from sandbox.slack.arguments import count, flag, needed, text
from sandbox.slack.paging import page
from sandbox.slack.records import Channel, Json, Message
from sandbox.slack.refusals import Refused
from sandbox.slack.workspace import Workspace, channel_by_id, direct, replies, user_by_id

TYPES = ("public_channel", "private_channel", "mpim", "im")


def listed(workspace: Workspace, given: Json) -> Json:
    """Public channels and those private ones that the bot is in."""
    types = (text(given, "types") or "public_channel").replace(" ", "").split(",")
    if not set(types) <= set(TYPES):
        raise Refused("invalid_types")
    found = [each for each in workspace.channels.values() if _kind(each) in types and _seen(workspace, each)]
    if flag(given, "exclude_archived"):
        found = [each for each in found if not each.is_archived]
    shown = [shapes.channel_json(workspace, each) for each in found]
    return page(shown, "channels", count(given, "limit", 100), text(given, "cursor"))


def info(workspace: Workspace, given: Json) -> Json:
    channel = channel_by_id(workspace, needed(given, "channel"))
    shown = shapes.channel_json(workspace, channel)
    if not flag(given, "include_num_members"):
        del shown["num_members"]
    return {"channel": shown}


def join(workspace: Workspace, given: Json) -> Json:
    """Of public channels only."""
    channel = channel_by_id(workspace, needed(given, "channel"))
    if channel.is_archived:
        raise Refused("is_archived")
    if channel.is_private:
        raise Refused("method_not_supported_for_channel_type")
    if workspace.bot_user not in channel.members:
        channel.members.append(workspace.bot_user)
        workspace.touch()
    return {"channel": shapes.channel_json(workspace, channel)}


def opened(workspace: Workspace, given: Json) -> Json:
    """The direct messages with one person."""
    user = user_by_id(workspace, needed(given, "users"))
    return {"channel": {"id": direct(workspace, user.id).id}}


def history(workspace: Workspace, given: Json) -> Json:
    """Newest first, without what stands in threads only."""
    channel = _joined(workspace, given)
    found = [each for each in channel.messages.values() if not each.is_reply or each.broadcast]
    return _page(workspace, channel, _within(found, given)[::-1], given, 100)


def thread(workspace: Workspace, given: Json) -> Json:
    """The parent first, then its replies, oldest first."""
    channel = _joined(workspace, given)
    parent = channel.messages.get(needed(given, "ts"))
    if parent is None:
        raise Refused("thread_not_found")
    if parent.is_reply:
        parent = channel.messages.get(parent.thread_ts, parent)
    found = [parent, *_within(replies(channel, parent.ts), given)]
    return _page(workspace, channel, found, given, 1000)


def _page(workspace: Workspace, channel: Channel, found: list[Message], given: Json, default: int) -> Json:
    metadata = flag(given, "include_all_metadata")
    answer = page(found, "messages", count(given, "limit", default), text(given, "cursor"))
    shown = [shapes.message_json(workspace, channel, each, metadata) for each in answer["messages"]]
    return answer | {"messages": shown, "has_more": bool(answer["response_metadata"]["next_cursor"])}


def _joined(workspace: Workspace, given: Json) -> Channel:
    channel = channel_by_id(workspace, needed(given, "channel"))
    if workspace.bot_user not in channel.members:
        raise Refused("not_in_channel")
    return channel


def _within(found: list[Message], given: Json) -> list[Message]:
    oldest, latest = _moment(given, "oldest", 0.0), _moment(given, "latest", float("inf"))
    if flag(given, "inclusive"):
        return [each for each in found if oldest <= float(each.ts) <= latest]
    return [each for each in found if oldest < float(each.ts) < latest]


def _moment(given: Json, name: str, default: float) -> float:
    try:
        return float(text(given, name) or default)
    except ValueError as bad:
        raise Refused(f"invalid_ts_{name}") from bad


def _kind(channel: Channel) -> str:
    if channel.id.startswith("D"):
        return "im"
    return "private_channel" if channel.is_private else "public_channel"


def _seen(workspace: Workspace, channel: Channel) -> bool:
    return not channel.is_private or workspace.bot_user in channel.members
