"""Slack docs: Handling user interaction, response_url. Usable five times within half an hour."""

import json
import time

from sandbox.slack import chat
from sandbox.slack.calls import Line, shortened
from sandbox.slack.records import Channel, Hook, Json
from sandbox.slack.refusals import Refused
from sandbox.slack.wire import Answer, Request, json_answer
from sandbox.slack.workspace import Workspace
from sandbox.slack.world import World

USES, SECONDS = 5, 1800


def respond(world: World, request: Request) -> Answer:
    began = time.time()
    given: Json = {}
    try:
        hook = _known(world, request.path)
        given = _given(request)
        _perform(world.workspace, hook, given)
        answer, error = Answer(200, b"ok", "text/html"), ""
    except Refused as refused:
        error, status = refused.error, 404 if refused.error.endswith("_url") else 200
        answer = json_answer({"ok": False, "error": error} | refused.more, status)
    world.calls.lines.append(
        Line(began, "response_url", answer.status, not error, error, time.time() - began, "", shortened(given))
    )
    return answer


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
    try:
        found = json.loads(request.body)
    except ValueError as bad:
        raise Refused("invalid_payload") from bad
    if not isinstance(found, dict):
        raise Refused("invalid_payload")
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
