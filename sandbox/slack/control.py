"""The workspace's own endpoints under /_sandbox: faults, logs, settings, and people who act."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any

from sandbox.slack import acts, faults, inputs, modals, people, posting, settings, showing, sockets, workspace
from sandbox.slack.records import Json
from sandbox.slack.wire import Answer, Request, json_answer
from sandbox.slack.world import World

REFUSALS = (acts.BadAct, faults.BadRule, inputs.BadInput, settings.BadSetting)
REASONS = ("", *sockets.LEAVES)


async def respond(world: World, request: Request) -> Answer:
    path = request.path.removeprefix("/_sandbox").strip("/")
    name, _, rest = path.partition("/")
    try:
        given = _given(request) | ({"rest": rest} if rest else {})
        if handler := ROUTES.get((request.verb, name)):
            return json_answer(handler(world, given))
        if act := ACTS.get(name if request.verb == "POST" else ""):
            return json_answer(await act(world, given))
    except REFUSALS as error:
        return json_answer({"error": str(error)}, 400)
    return json_answer({"error": f"There is no {request.verb} /_sandbox/{path}."}, 404)


def _given(request: Request) -> Json:
    try:
        given = json.loads(request.body) if request.body else {}
    except ValueError as error:
        raise acts.BadAct("The body must be JSON.") from error
    if not isinstance(given, dict):
        raise acts.BadAct("The body must be a JSON object.")
    return given


def _ready(world: World, given: Json) -> Json:
    place = world.workspace
    about = {"team": place.team, "bot_user": place.bot_user, "app": place.app, "version": place.version}
    return {"ready": True, "speed": place.settings.speed, "sockets": len(world.sockets.open)} | about


def _add_fault(world: World, given: Json) -> Json:
    """`disconnect` is done at once; `away` ends the connections too."""
    if given.get("kind") == "disconnect":
        reason = given.get("reason", "")
        if reason not in REASONS:
            raise faults.BadRule(f"reason must be one of {', '.join(sockets.LEAVES)}, or empty, not {reason!r}.")
        return {"closed": sockets.disconnect(world, reason)}
    rule = world.faults.add(given)
    if world.faults.away():
        sockets.disconnect(world, "")
    return faults.as_json(rule)


def _list_faults(world: World, given: Json) -> Json:
    return {"faults": [faults.as_json(rule) for rule in world.faults.rules]}


def _clear_faults(world: World, given: Json) -> Json:
    world.faults.clear(given.get("rest", ""))
    return _list_faults(world, given)


def _log(world: World, given: Json) -> Json:
    return world.calls.as_json()


def _clear_log(world: World, given: Json) -> Json:
    world.calls.lines.clear()
    world.deliveries.clear()
    return {}


def _deliveries(world: World, given: Json) -> Json:
    return {"deliveries": [asdict(each) for each in world.deliveries]}


def _settings(world: World, given: Json) -> Json:
    return asdict(world.workspace.settings)


def _reset(world: World, given: Json) -> Json:
    """All as it was at the start, but connections stay, and times go on rising."""
    old, fresh = world.workspace, World(world.people)
    fresh.workspace.settings, fresh.workspace.url = settings.copied(world.began), old.url
    fresh.workspace.tickets, fresh.workspace.version = old.tickets, old.version + 1
    fresh.workspace.stamps = old.stamps
    world.workspace, world.faults, world.limits = fresh.workspace, fresh.faults, fresh.limits
    return _clear_log(world, given)


def _add_channel(world: World, given: Json) -> Json:
    place = world.workspace
    people_ = [user.id for user in place.users.values() if given.get("bot", True) or not user.is_bot]
    made = workspace.add_channel(place, str(given.get("name", "new")), people_, bool(given.get("private")))
    return {"channel": made.id}


async def _change_settings(world: World, given: Json) -> Json:
    """An events_url must give a challenge back before it is taken."""
    settings.copied(world.workspace.settings).change(given)
    if given.get("events_url") and not await posting.verified(world, given["events_url"]):
        raise settings.BadSetting("The events_url did not answer with the challenge.")
    world.workspace.settings.change(given)
    return _settings(world, given)


ROUTES: dict[tuple[str, str], Callable[[World, Json], Any]] = {
    ("GET", ""): _ready,
    ("GET", "faults"): _list_faults,
    ("POST", "faults"): _add_fault,
    ("DELETE", "faults"): _clear_faults,
    ("GET", "log"): _log,
    ("DELETE", "log"): _clear_log,
    ("GET", "deliveries"): _deliveries,
    ("GET", "settings"): _settings,
    ("GET", "workspace"): showing.whole,
    ("POST", "channels"): _add_channel,
    ("DELETE", "workspace"): _reset,
}
ACTS: dict[str, Callable[[World, Json], Awaitable[Json]]] = {
    "settings": _change_settings,
    "click": people.click,
    "command": people.command,
    "message": people.write,
    "home": people.open_home,
    "submit": modals.submit,
    "close": modals.close,
    "archive": people.archive,
    "member": people.member,
}
