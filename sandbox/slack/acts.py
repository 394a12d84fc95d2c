"""What acts of people have in common: who acts where, and what is told of how the app took it."""

from sandbox.slack.records import Channel, Json, Message, User, View
from sandbox.slack.workspace import Workspace
from sandbox.slack.world import Delivery


class BadAct(Exception):
    """Something that no person could do there; the text says why."""


def person(workspace: Workspace, given: Json) -> User:
    """By id, name or e-mail address."""
    for user in workspace.users.values():
        if given.get("user") in (user.id, user.name, user.email) and not user.is_bot:
            return user
    raise BadAct(f"There is no person {given.get('user')!r}.")


def channel(workspace: Workspace, given: Json) -> Channel:
    """By id or name."""
    name = str(given.get("channel", "")).removeprefix("#")
    for each in workspace.channels.values():
        if name in (each.id, each.name):
            return each
    raise BadAct(f"There is no channel {name!r}.")


def message(place: Channel, given: Json, user: User) -> Message:
    ts = str(given.get("ts", ""))
    found = place.messages.get(ts) or place.ephemeral.get(ts)
    if found is None or found.deleted or found.seen_by not in ("", user.id):
        raise BadAct(f"{user.name} sees no message {ts} in {place.name}.")
    return found


def view(workspace: Workspace, given: Json) -> View:
    ident = str(given.get("view_id", ""))
    homes = {home.id: home for home in workspace.homes.values()}
    found = workspace.views.get(ident) or homes.get(ident)
    if found is None:
        raise BadAct(f"There is no open view {ident!r}.")
    return found


def told(delivery: Delivery) -> Json:
    payload = {name: delivery.payload.get(name) for name in ("trigger_id", "response_url")}
    outcome = {"acknowledged": delivery.acknowledged, "answer": delivery.answer, "problems": delivery.problems}
    return {name: value for name, value in payload.items() if value} | outcome
