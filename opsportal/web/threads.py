"""The threads that answer requests: kept from one request to the next, with their database connections, and bounded.

Under ASGI, Django answers each request on a thread of its own. A connection belongs to its thread: each request would
open one, leave it open for CONN_MAX_AGE, and a server has a hundred. A stream holds no thread while it flows.
https://docs.djangoproject.com/en/5.2/ref/databases/#persistent-database-connections
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from typing import Any

from asgiref.sync import ThreadSensitiveContext

MOST = 20  # requests answered at once by one process, streams not counted: its connections, but for two
ALWAYS = ("/livez", "/readyz")  # answered even when all of those wait for the database

Message = Mapping[str, Any]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[dict[str, Any], Callable[[], Awaitable[Message]], Send], Awaitable[None]]


class Borrowed(Executor):
    """One request's thread: borrowed when there is something to do, the same until it is given back."""

    def __init__(self, idle: list[ThreadPoolExecutor]) -> None:
        self.idle = idle
        self.thread: ThreadPoolExecutor | None = None

    def submit(self, work: Callable[..., Any], /, *args: Any, **kwargs: Any) -> "Future[Any]":
        if self.thread is None:
            self.thread = self.idle.pop() if self.idle else ThreadPoolExecutor(1, thread_name_prefix="request")
        return self.thread.submit(work, *args, **kwargs)

    def give_back(self) -> None:
        if self.thread is not None:
            self.idle.append(self.thread)
            self.thread = None


class Place:
    """One of the `MOST` places, to be left once."""

    def __init__(self, free: asyncio.Semaphore | None) -> None:
        self.free = free

    async def take(self) -> None:
        if self.free:
            await self.free.acquire()

    def leave(self) -> None:
        if self.free:
            self.free.release()
            self.free = None


def kept(application: Application) -> Application:
    """The application, its requests on threads that are kept."""
    idle: list[ThreadPoolExecutor] = []
    free = asyncio.Semaphore(MOST)

    async def answer(scope: dict[str, Any], receive: Callable[[], Awaitable[Message]], send: Send) -> None:
        if scope["type"] != "http":
            return await application(scope, receive, send)
        thread, place = Borrowed(idle), Place(None if scope["path"] in ALWAYS else free)

        async def tell(message: Message) -> None:
            if flows(message):
                thread.give_back()
                place.leave()
            await send(message)

        await place.take()
        try:
            async with ThreadSensitiveContext(executor=thread):
                await application(scope, receive, tell)
        finally:
            thread.give_back()
            place.leave()

    return answer


def flows(message: Message) -> bool:
    """Whether a stream of events begins."""
    kinds = [value for name, value in message.get("headers", ()) if name.lower() == b"content-type"]
    return message["type"] == "http.response.start" and any(kind.startswith(b"text/event-stream") for kind in kinds)
