"""Slack docs: chat.postMessage, chat.update, chat.delete, chat.postEphemeral, chat.getPermalink."""

import time

from sandbox.slack import blocks as kit
from sandbox.slack import shapes
from sandbox.slack.arguments import flag, needed, structure, text
from sandbox.slack.records import Channel, Json, Message
from sandbox.slack.refusals import Refused, explained
from sandbox.slack.workspace import (
    Workspace,
    add_message,
    channel_by_any,
    channel_by_id,
    direct,
    message_at,
    replies,
    user_by_id,
)

KEPT = 40_000
UPDATED = 4_000
GONE = "This message was deleted."


def post(workspace: Workspace, given: Json) -> Json:
    channel = _open(workspace, _target(workspace, needed(given, "channel")))
    message = _composed(workspace, given)
    message.thread_ts = text(given, "thread_ts")
    message.metadata = _metadata(given)
    if message.thread_ts:
        message.broadcast = flag(given, "reply_broadcast")
        message.thread_ts = _parent(channel, message.thread_ts)
    add_message(workspace, channel, message)
    shown = shapes.message_json(workspace, channel, message)
    return {"channel": channel.id, "ts": message.ts, "message": shown}


def update(workspace: Workspace, given: Json) -> Json:
    """Blocks and metadata that are not given stay as they are; an empty list or object removes them."""
    channel = channel_by_id(workspace, needed(given, "channel"))
    if channel.is_archived:
        raise Refused("is_inactive")
    message = _own(workspace, channel, needed(given, "ts"), "cant_update_message")
    _in_edit_window(workspace, message)
    if len(text(given, "text")) > UPDATED:
        raise Refused("msg_too_long")
    composed = _composed(workspace, given)
    metadata = _metadata(given)
    _replace(workspace, message, given, composed)
    message.metadata = message.metadata if metadata is None else metadata
    message.broadcast = message.broadcast or (message.is_reply and flag(given, "reply_broadcast"))
    shown = shapes.message_json(workspace, channel, message)
    return {"channel": channel.id, "ts": message.ts, "text": message.text, "message": shown}


def _replace(workspace: Workspace, message: Message, given: Json, composed: Message) -> None:
    message.text = composed.text if "text" in given else message.text
    message.blocks = composed.blocks if "blocks" in given else message.blocks
    message.edited = {"user": workspace.bot_user, "ts": workspace.stamps.next()}
    workspace.touch()


def delete(workspace: Workspace, given: Json) -> Json:
    """A message with replies stays as a tombstone."""
    channel = channel_by_id(workspace, needed(given, "channel"))
    message = _own(workspace, channel, needed(given, "ts"), "cant_delete_message")
    if not message.is_reply and replies(channel, message.ts):
        message.deleted, message.text, message.blocks = True, GONE, []
        message.metadata, message.reactions = None, {}
    else:
        del channel.messages[message.ts]
    workspace.touch()
    return {"channel": channel.id, "ts": message.ts}


def permalink(workspace: Workspace, given: Json) -> Json:
    channel = channel_by_id(workspace, needed(given, "channel"))
    message = message_at(channel, needed(given, "message_ts"))
    link = f"https://{workspace.domain}.slack.com/archives/{channel.id}/p{message.ts.replace('.', '')}"
    thread = f"?thread_ts={message.thread_ts}&cid={channel.id}" if message.is_reply else ""
    return {"channel": channel.id, "permalink": link + thread}


def post_ephemeral(workspace: Workspace, given: Json) -> Json:
    channel = _open(workspace, channel_by_any(workspace, needed(given, "channel")))
    user = user_by_id(workspace, needed(given, "user"), "user_not_in_channel")
    if user.id not in channel.members:
        raise Refused("user_not_in_channel")
    message = _composed(workspace, given)
    message.seen_by, message.thread_ts = user.id, text(given, "thread_ts")
    add_message(workspace, channel, message)
    return {"message_ts": message.ts}


def respond(workspace: Workspace, channel: Channel, given: Json, seen_by: str, thread_ts: str = "") -> Message:
    """A message by way of a response_url or an acknowledgement, which need no membership."""
    message = _composed(workspace, given)
    message.seen_by, message.thread_ts = seen_by, thread_ts
    return add_message(workspace, channel, message)


def rewrite(workspace: Workspace, message: Message, given: Json) -> None:
    """What replace_original does."""
    composed = _composed(workspace, given)
    message.text, message.blocks = composed.text, composed.blocks
    message.edited = {"user": workspace.bot_user, "ts": workspace.stamps.next()}
    workspace.touch()


def _target(workspace: Workspace, given: str) -> Channel:
    """A person's id means the direct messages with them."""
    return direct(workspace, given) if given in workspace.users else channel_by_any(workspace, given)


def _open(workspace: Workspace, channel: Channel) -> Channel:
    if channel.is_archived:
        raise Refused("is_archived")
    public = not channel.is_private and "chat:write.public" in workspace.settings.scopes
    if workspace.bot_user not in channel.members and not public:
        raise Refused("not_in_channel")
    return channel


def _composed(workspace: Workspace, given: Json) -> Message:
    """Raises no_text, invalid_blocks_format, invalid_blocks or msg_blocks_too_long."""
    blocks = structure(given, "blocks", "invalid_blocks_format")
    if blocks is not None and not isinstance(blocks, list):
        raise Refused("invalid_blocks_format")
    if found := kit.problems(blocks or []):
        raise explained("invalid_blocks", found)
    if kit.size(blocks or []) > kit.ALL_TEXT:
        raise Refused("msg_blocks_too_long")
    if not text(given, "text") and not blocks:
        raise Refused("no_text")
    kept = text(given, "text")[:KEPT]
    return Message(workspace.stamps.next(), workspace.bot_user, kept, kit.completed(blocks or []))


def _metadata(given: Json) -> Json | None:
    found: Json | None = structure(given, "metadata", "invalid_metadata_format")
    if found and (not isinstance(found, dict) or not {"event_type", "event_payload"} <= found.keys()):
        raise Refused("invalid_metadata_format")
    return found


def _parent(channel: Channel, ts: str) -> str:
    """A reply to a reply goes under the same parent; one to nothing stays under its own."""
    found = channel.messages.get(ts)
    return found.thread_ts if found is not None and found.is_reply else ts


def _own(workspace: Workspace, channel: Channel, ts: str, error: str) -> Message:
    message = message_at(channel, ts)
    if not message.by_app:
        raise Refused(error)
    return message


def _in_edit_window(workspace: Workspace, message: Message) -> None:
    minutes = workspace.settings.edit_minutes
    if minutes and time.time() - float(message.ts) > minutes * 60:
        raise Refused("edit_window_closed")
