"""What people do reaches the app: over Socket Mode, or by signed requests where it has a request URL."""

import asyncio
import time

from sandbox.slack import posting, sockets
from sandbox.slack.records import Json
from sandbox.slack.sockets import Unanswered
from sandbox.slack.world import Delivery, World

RETRIES = (0.0, 60.0, 300.0)  # Slack docs: Events API, Retries
KEPT = 1000


async def interaction(world: World, payload: Json) -> Delivery:
    """Sent once: a person who gets no answer tries again."""
    return await _once(world, "interactive", payload)


async def command(world: World, payload: Json) -> Delivery:
    return await _once(world, "slash_commands", payload)


def event(world: World, payload: Json) -> None:
    """Sent beside what goes on, and again at once, after a minute and after five until it is acknowledged."""
    if payload["event"]["type"] in world.workspace.settings.events:
        world.later(_until_acknowledged(world, payload))


async def _until_acknowledged(world: World, payload: Json) -> None:
    delivery = _begun(world, "events_api", payload)
    for wait in (0.0, *RETRIES):
        await asyncio.sleep(wait / world.workspace.settings.speed)
        if await _attempt(world, delivery):
            return


async def _once(world: World, kind: str, payload: Json) -> Delivery:
    delivery = _begun(world, kind, payload)
    await _attempt(world, delivery)
    return delivery


def _begun(world: World, kind: str, payload: Json) -> Delivery:
    delivery = Delivery(kind, payload, time.time())
    world.deliveries.append(delivery)
    del world.deliveries[:-KEPT]
    return delivery


async def _attempt(world: World, delivery: Delivery) -> bool:
    """True when there is nothing more to do."""
    url = posting.url_for(world.workspace.settings, delivery.kind)
    delivery.way = "http" if url else "socket"
    number, reason = delivery.attempts, (delivery.problems or [""])[-1]
    delivery.attempts += 1
    try:
        if url:
            delivery.answer = await posting.post(world, url, delivery.kind, delivery.payload, number, reason)
        else:
            delivery.answer = await sockets.offer(world, delivery.kind, delivery.payload, number, reason)
        delivery.acknowledged = True
    except Unanswered as late:
        delivery.problems.append(str(late))
        return late.final
    return True
