"""The ASGI application: Web API, response_urls, control, Socket Mode and the page."""

from pathlib import Path

from sandbox.slack import control, hooks, sockets, webapi, wire
from sandbox.slack.wire import Answer, Receive, Request, Scope, Send
from sandbox.slack.world import World

PAGE = Path(__file__).parent / "page"
FILES = {
    "/": ("index.html", "text/html; charset=utf-8"),
    "/page.css": ("page.css", "text/css; charset=utf-8"),
    "/kit.js": ("kit.js", "text/javascript; charset=utf-8"),
    "/mrkdwn.js": ("mrkdwn.js", "text/javascript; charset=utf-8"),
    "/page.js": ("page.js", "text/javascript; charset=utf-8"),
}


class Application:
    """Called by uvicorn once for each request and each connection, all on one thread."""

    def __init__(self, world: World) -> None:
        self.world = world

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await sockets.serve(self.world, scope, receive, send)
        else:
            request = await wire.read(scope, receive)
            await wire.write(await _answer(self.world, request), send)


async def _answer(world: World, request: Request) -> Answer:
    if request.path.startswith("/_sandbox"):
        return await control.respond(world, request)
    if request.path in FILES and request.verb == "GET":
        name, kind = FILES[request.path]
        return Answer(200, (PAGE / name).read_bytes(), kind)
    if request.path.startswith("/api/"):
        return await webapi.respond(world, request)
    if request.path.startswith(("/commands/", "/actions/")) and request.verb == "POST":
        return await hooks.respond(world, request)
    return Answer(404, b"not_found", "text/plain")
