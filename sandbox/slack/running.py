"""Runs the workspace on a local port until a signal ends it."""

import signal
import socket
from collections.abc import Sequence

import uvicorn

from sandbox.slack.app import Application
from sandbox.slack.settings import Settings, copied
from sandbox.slack.world import World

HOST = "127.0.0.1"


def serve(port: int, settings: Settings, people: Sequence[str] = ()) -> None:
    listening = socket.create_server((HOST, port), backlog=128)
    world = World(people, began=settings)
    world.workspace.settings = copied(settings)
    world.workspace.url = f"http://{HOST}:{listening.getsockname()[1]}"
    config = uvicorn.Config(
        Application(world),
        lifespan="off",
        log_level="warning",
        access_log=False,
        proxy_headers=False,
        ws="websockets-sansio",
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)

    def end(*_: object) -> None:
        """Before uvicorn listens to signals, and once more after: it raises again what ended it."""
        server.should_exit = True

    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, end)
    print(f"sandbox ready on {world.workspace.url}", flush=True)
    server.run(sockets=[listening])
