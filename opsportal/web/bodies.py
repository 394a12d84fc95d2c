"""No body over the limit is kept, whether its length is told or not: Django bounds those whose length is told."""

from collections.abc import Awaitable, Callable

from django.conf import settings
from django.http import HttpResponse

from .threads import Application, Message, Send


class TooLong(Exception):
    """More of the body came than may."""


def bounded(application: Application, refusal: Callable[[], HttpResponse]) -> Application:
    """The application; a request that sends more than DATA_UPLOAD_MAX_MEMORY_SIZE is answered with the refusal."""

    async def answer(scope: dict[str, object], receive: Callable[[], Awaitable[Message]], send: Send) -> None:
        size = 0

        async def counted() -> Message:
            nonlocal size
            message = await receive()
            size += len(message.get("body", b""))
            if size > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
                raise TooLong
            return message

        try:
            await application(scope, counted, send)
        except TooLong:
            await tell(refusal(), send)

    return answer


async def tell(response: HttpResponse, send: Send) -> None:
    """Answer, and hang up: the rest of the body is still to come."""
    response["Connection"] = "close"
    headers = [(name.lower().encode(), value.encode()) for name, value in response.items()]
    await send({"type": "http.response.start", "status": response.status_code, "headers": headers})
    await send({"type": "http.response.body", "body": response.content})
