"""Slack docs: block_actions, view_submission and view_closed payloads; Slash commands; Events API."""

import time

from sandbox.slack import shapes
from sandbox.slack.idents import ident
from sandbox.slack.records import Channel, Json, Message, User, View
from sandbox.slack.workspace import Workspace, hook, trigger

TOKEN = "sandbox"  # noqa: S105 - the deprecated verification token


def block_action(
    workspace: Workspace, user: User, channel: Channel, message: Message, action: Json, values: Json
) -> Json:
    """With a trigger and a response_url; `values` is the state of the menus beside what was clicked."""
    made: Json = {"channel": {"id": channel.id, "name": channel.name}}
    made |= {"message": shapes.message_json(workspace, channel, message), "state": {"values": values}}
    place = {"type": "message", "message_ts": message.ts, "channel_id": channel.id}
    place |= {"thread_ts": message.thread_ts} if message.thread_ts else {}
    made |= {"container": place | {"is_ephemeral": bool(message.seen_by)}, "actions": [action]}
    made |= {"response_url": hook(workspace, "actions", channel, user.id, message.ts, message.thread_ts)}
    return _interaction(workspace, "block_actions", user) | made | {"trigger_id": trigger(workspace, user.id)}


def view_action(workspace: Workspace, user: User, view: View, action: Json, values: Json) -> Json:
    made = {"container": {"type": "view", "view_id": view.id}, "actions": [action]}
    shown = shapes.view_json(workspace, view, values)
    made |= {"view": shown, "state": {"values": values}, "trigger_id": trigger(workspace, user.id, view.root)}
    return _interaction(workspace, "block_actions", user) | made


def submission(workspace: Workspace, user: User, view: View, values: Json) -> Json:
    made = {"view": shapes.view_json(workspace, view, values), "response_urls": []}
    return _interaction(workspace, "view_submission", user) | made | {"trigger_id": trigger(workspace, user.id)}


def closing(workspace: Workspace, user: User, view: View, cleared: bool) -> Json:
    shown = shapes.view_json(workspace, view)
    return _interaction(workspace, "view_closed", user) | {"view": shown, "is_cleared": cleared}


def command(workspace: Workspace, user: User, channel: Channel, name: str, text: str) -> Json:
    place = {"team_id": workspace.team, "team_domain": workspace.domain, "channel_id": channel.id}
    place |= {"channel_name": channel.name, "user_id": user.id, "user_name": user.name}
    made = {"command": name, "text": text, "api_app_id": workspace.app, "is_enterprise_install": "false"}
    made |= {"response_url": hook(workspace, "commands", channel, user.id)}
    return {"token": TOKEN} | place | made | {"trigger_id": trigger(workspace, user.id)}


def event(workspace: Workspace, inner: Json) -> Json:
    """The wrapper in which each event comes."""
    owner = {"enterprise_id": None, "team_id": workspace.team, "user_id": workspace.bot_user}
    return {
        "token": TOKEN,
        "team_id": workspace.team,
        "api_app_id": workspace.app,
        "event": inner,
        "type": "event_callback",
        "event_id": ident("Ev"),
        "event_time": int(time.time()),
        "authorizations": [owner | {"is_bot": True, "is_enterprise_install": False}],
        "is_ext_shared_channel": False,
    }


def written(workspace: Workspace, channel: Channel, message: Message, kind: str) -> Json:
    """The inner event of a message or of a mention."""
    inner = {"type": kind, "user": message.user, "text": message.text, "ts": message.ts, "team": workspace.team}
    inner |= {"channel": channel.id, "event_ts": message.ts}
    inner |= {"thread_ts": message.thread_ts} if message.thread_ts else {}
    return inner | ({"channel_type": _channel_type(channel)} if kind == "message" else {})


def home_opened(workspace: Workspace, user: User, channel: Channel) -> Json:
    inner = {"type": "app_home_opened", "user": user.id, "channel": channel.id, "tab": "home"}
    home = workspace.homes.get(user.id)
    inner |= {"event_ts": workspace.stamps.next()}
    return inner | ({"view": shapes.view_json(workspace, home)} if home else {})


def _channel_type(channel: Channel) -> str:
    return "im" if channel.id.startswith("D") else "group" if channel.is_private else "channel"


def _interaction(workspace: Workspace, kind: str, user: User) -> Json:
    person = {"id": user.id, "username": user.name, "name": user.name, "team_id": workspace.team}
    team = {"id": workspace.team, "domain": workspace.domain}
    about = {"enterprise": None, "is_enterprise_install": False, "token": TOKEN}
    return {"type": kind, "user": person, "team": team, "api_app_id": workspace.app} | about
