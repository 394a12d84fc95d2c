"""Slack docs: auth.test, apps.connections.open."""

import secrets

from sandbox.slack.records import Json
from sandbox.slack.workspace import Workspace


def test(workspace: Workspace, given: Json) -> Json:
    bot = workspace.users[workspace.bot_user]
    return {
        "url": f"https://{workspace.domain}.slack.com/",
        "team": workspace.team_name,
        "user": bot.name,
        "team_id": workspace.team,
        "user_id": bot.id,
        "bot_id": workspace.bot,
        "is_enterprise_install": False,
    }


def open_connection(workspace: Workspace, given: Json) -> Json:
    """The address of one WebSocket, good for one connection."""
    ticket = secrets.token_urlsafe(24)
    workspace.tickets.add(ticket)
    link = workspace.url.replace("http://", "ws://", 1)
    return {"url": f"{link}/link/?ticket={ticket}&app_id={workspace.app}"}
