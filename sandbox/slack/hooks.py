"""Slack docs: Handling user interaction, response_url. Usable five times within half an hour."""

import json
import time

from sandbox.slack import chat
from sandbox.slack.records import Channel, Hook, Json
from sandbox.slack.refusals import Refused
from sandbox.slack.striking import through
from sandbox.slack.wire import Answer, Request, json_answer
from sandbox.slack.workspace import Workspace
from sandbox.slack.world import World

USES, SECONDS = 5, 1800


async def respond(world: World, request: Request) -> Answer:
    try:
        given = _given(request)
    except ValueError:
        return json_answer({"ok": False, "error": "invalid_payload"}, 400)
    return await through(world, "response_url", given, lambda: _performed(world, request.path, given))


def _performed(world: World, path: str, given: Json) -> Answer:
    try:
        _perform(world.workspace, _known(world, path), given)
    except Refused as refused:
        status = 404 if refused.error.endswith("_url") else 200
        return json_answer({"ok": False, "error": refused.error} | refused.more, status)
    return Answer(200, b"ok", "text/html")


def _known(world: World, path: str) -> Hook:
    """Counts a use; raises invalid_url, expired_url or used_url."""
    *_, key, secret = path.split("/")
    hook = world.workspace.hooks.get(key)
    if hook is None or hook.secret != secret:
        raise Refused("invalid_url")
    if (time.time() - hook.made) * world.workspace.settings.speed > SECONDS:
        raise Refused("expired_url")
    if hook.uses >= USES:
        raise Refused("used_url")
    hook.uses += 1
    return hook


def _given(request: Request) -> Json:
    """Raises ValueError."""
    found = json.loads(request.body)
    if not isinstance(found, dict):
        raise ValueError
    return found


def _perform(workspace: Workspace, hook: Hook, given: Json) -> None:
    channel = workspace.channels[hook.channel]
    kept = channel.ephemeral if hook.ts in channel.ephemeral else channel.messages
    original = kept.get(hook.ts)
    if original is not None and given.get("delete_original"):
        del kept[hook.ts]
        workspace.touch()
    elif original is not None and given.get("replace_original"):
        chat.rewrite(workspace, original, given)
    else:
        _say(workspace, channel, hook, given)


def _say(workspace: Workspace, channel: Channel, hook: Hook, given: Json) -> None:
    """To the person alone unless response_type is in_channel."""
    seen_by = "" if given.get("response_type") == "in_channel" else hook.user
    chat.respond(workspace, channel, given, seen_by, str(given.get("thread_ts") or ""))
