"""Slack docs: Using Socket Mode. Connections of the app, what is sent over them, and how they end."""

import asyncio
import json
import uuid
from urllib.parse import parse_qs

from sandbox.slack.records import Json
from sandbox.slack.wire import Receive, Scope, Send
from sandbox.slack.world import Socket, World

LASTS = 3600
LEAVES = {"warning": 10.0, "refresh_requested": 0.0, "link_disabled": 0.0}
NORMAL = 1000


class Unanswered(Exception):
    """Nobody acknowledged in time; the text is Slack's word for why, `final` says that the app wants no retry."""

    def __init__(self, reason: str, final: bool = False) -> None:
        super().__init__(reason)
        self.final = final


async def serve(world: World, scope: Scope, receive: Receive, send: Send) -> None:
    """One connection from its handshake to its end; a used or unknown ticket is refused by 403."""
    await receive()
    ticket = parse_qs(scope["query_string"].decode()).get("ticket", [""])[0]
    if world.faults.away() or ticket not in world.workspace.tickets:
        await send({"type": "websocket.close"})
        return
    world.workspace.tickets.discard(ticket)
    await send({"type": "websocket.accept"})
    if len(world.sockets.open) >= world.workspace.settings.max_sockets:
        await _tell(send, _disconnect("too_many_websockets"))
        await send({"type": "websocket.close", "code": NORMAL})
        return
    await _hold(world, receive, send)


async def _hold(world: World, receive: Receive, send: Send) -> None:
    world.sockets.opened += 1
    socket = Socket(world.sockets.opened, send)
    world.sockets.open.append(socket)
    try:
        await _tell(send, _hello(world))
        while (event := await receive())["type"] == "websocket.receive":
            _acknowledge(world, event.get("text") or "")
    finally:
        if socket in world.sockets.open:
            world.sockets.open.remove(socket)


def _hello(world: World) -> Json:
    info = {"host": "applink-sandbox", "build_number": 1, "approximate_connection_time": LASTS}
    count = len(world.sockets.open)
    return {
        "type": "hello",
        "num_connections": count,
        "debug_info": info,
        "connection_info": {"app_id": world.workspace.app},
    }


def _disconnect(reason: str) -> Json:
    return {"type": "disconnect", "reason": reason, "debug_info": {"host": "applink-sandbox"}}


async def _tell(send: Send, message: Json) -> None:
    await send({"type": "websocket.send", "text": json.dumps(message)})


def _acknowledge(world: World, text: str) -> None:
    """What is no acknowledgement of something that waits is passed over, as Slack does."""
    try:
        told = json.loads(text)
    except ValueError:
        return
    waiting = world.sockets.waiting.get(str(told.get("envelope_id"))) if isinstance(told, dict) else None
    if waiting is not None and not waiting.done():
        payload = told.get("payload") or {}
        waiting.set_result(payload if isinstance(payload, dict) else {"text": str(payload)})


async def offer(world: World, kind: str, payload: Json, attempt: int, reason: str) -> Json:
    """Sends it over one of the connections and gives what it was acknowledged with; raises Unanswered."""
    socket = _next(world)
    if socket is None:
        raise Unanswered("no_connection")
    made = _envelope(kind, payload, attempt, reason)
    waiting = world.sockets.waiting[made["envelope_id"]] = asyncio.get_running_loop().create_future()
    try:
        await _tell(socket.send, made)
        return await asyncio.wait_for(waiting, world.workspace.settings.ack_seconds)
    except (TimeoutError, RuntimeError, OSError) as late:
        raise Unanswered("timeout") from late
    finally:
        del world.sockets.waiting[made["envelope_id"]]


def _envelope(kind: str, payload: Json, attempt: int, reason: str) -> Json:
    made: Json = {"envelope_id": str(uuid.uuid4()), "type": kind, "payload": payload}
    if kind == "events_api":
        return made | {"accepts_response_payload": False, "retry_attempt": attempt, "retry_reason": reason}
    answered = kind == "slash_commands" or payload["type"] == "view_submission"
    return made | {"accepts_response_payload": answered}


def _next(world: World) -> Socket | None:
    """They take turns."""
    found = [each for each in world.sockets.open if not each.leaving] or world.sockets.open
    world.sockets.turn += 1
    return found[world.sockets.turn % len(found)] if found else None


def disconnect(world: World, reason: str) -> int:
    """Ends all connections, after a message with the reason where there is one; gives how many."""
    found = list(world.sockets.open)
    for socket in found:
        socket.leaving = True
        world.later(_end(world, socket, reason))
    return len(found)


async def _end(world: World, socket: Socket, reason: str) -> None:
    try:
        if reason:
            await _tell(socket.send, _disconnect(reason))
            await asyncio.sleep(LEAVES.get(reason, 0) / world.workspace.settings.speed)
        if socket in world.sockets.open:
            world.sockets.open.remove(socket)
        await socket.send({"type": "websocket.close", "code": NORMAL})
    except (RuntimeError, OSError):
        pass  # the app was faster
