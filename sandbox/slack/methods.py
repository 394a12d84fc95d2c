"""The methods of the Web API: what answers, which scope is needed (any of them), and how often it may be called."""

from collections.abc import Callable
from dataclasses import dataclass

from sandbox.slack import chat, conversations, identity, reactions, users, views
from sandbox.slack.limits import POSTING, SPECIAL, TIER_2, TIER_3, TIER_4, Pace
from sandbox.slack.records import Json
from sandbox.slack.workspace import Workspace

READ, HISTORY = ("channels:read", "groups:read"), ("channels:history", "groups:history")
WRITE, MAIL = ("chat:write",), ("users:read.email",)


@dataclass(frozen=True)
class Method:
    answer: Callable[[Workspace, Json], Json]
    pace: Pace
    scopes: tuple[str, ...] = ()
    by_app_token: bool = False


METHODS = {
    "auth.test": Method(identity.test, SPECIAL),
    "apps.connections.open": Method(identity.open_connection, TIER_3, by_app_token=True),
    "chat.postMessage": Method(chat.post, POSTING, WRITE),
    "chat.update": Method(chat.update, TIER_3, WRITE),
    "chat.delete": Method(chat.delete, TIER_3, WRITE),
    "chat.postEphemeral": Method(chat.post_ephemeral, TIER_4, WRITE),
    "chat.getPermalink": Method(chat.permalink, SPECIAL),
    "conversations.join": Method(conversations.join, TIER_3, ("channels:join",)),
    "conversations.open": Method(conversations.opened, TIER_3, ("im:write",)),
    "conversations.list": Method(conversations.listed, TIER_2, READ),
    "conversations.info": Method(conversations.info, TIER_3, READ),
    "conversations.history": Method(conversations.history, TIER_3, HISTORY),
    "conversations.replies": Method(conversations.thread, TIER_3, HISTORY),
    "users.list": Method(users.listed, TIER_2, ("users:read",)),
    "users.info": Method(users.info, TIER_4, ("users:read",)),
    "users.lookupByEmail": Method(users.by_email, TIER_3, MAIL),
    "views.open": Method(views.open_, TIER_4),
    "views.push": Method(views.push, TIER_4),
    "views.update": Method(views.update, TIER_4),
    "views.publish": Method(views.publish, TIER_4),
    "reactions.add": Method(reactions.add, TIER_3, ("reactions:write",)),
    "reactions.remove": Method(reactions.remove, TIER_2, ("reactions:write",)),
    "reactions.get": Method(reactions.found, TIER_3, ("reactions:read",)),
}
