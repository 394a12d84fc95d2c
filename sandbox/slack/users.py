"""Slack docs: users.list, users.info, users.lookupByEmail."""

from sandbox.slack import shapes
from sandbox.slack.arguments import count, needed, text
from sandbox.slack.paging import page
from sandbox.slack.records import Json, User
from sandbox.slack.refusals import Refused
from sandbox.slack.workspace import Workspace, user_by_id


def listed(workspace: Workspace, given: Json) -> Json:
    shown = [_shown(workspace, user) for user in workspace.users.values()]
    return page(shown, "members", count(given, "limit", 1000), text(given, "cursor"))


def info(workspace: Workspace, given: Json) -> Json:
    return {"user": _shown(workspace, user_by_id(workspace, needed(given, "user")))}


def by_email(workspace: Workspace, given: Json) -> Json:
    email = needed(given, "email").lower()
    for user in workspace.users.values():
        if user.email.lower() == email:
            return {"user": _shown(workspace, user)}
    raise Refused("users_not_found")


def _shown(workspace: Workspace, user: User) -> Json:
    return shapes.user_json(workspace, user, "users:read.email" in workspace.settings.scopes)
