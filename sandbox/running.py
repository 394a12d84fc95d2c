"""Runs the server with its ticker until a signal ends it."""

import logging
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Any

from moto.moto_server.werkzeug_app import MotoRequestHandler
from werkzeug.serving import make_server

from sandbox import state
from sandbox.cloudformation import lifecycle
from sandbox.server import Application
from sandbox.world import World

TICK = 0.05
HOST = "127.0.0.1"


class Handler(MotoRequestHandler):
    """Quiet, with connections kept open."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_request(self, code: Any = "-", size: Any = "-") -> None:
        return

    def handle_expect_100(self) -> bool:
        return True  # werkzeug answers 100 Continue itself


def serve(port: int, speed: float, path: str, change_set_seconds: float, prices: Path) -> None:
    logging.basicConfig(level=logging.WARNING, format="%(name)s: %(message)s")
    world = World()
    world.clock.speed, world.change_set_seconds, world.prices = speed, change_set_seconds, prices
    store = state.Store(path, world) if path else None
    if store is not None:
        store.load()
    server = make_server(HOST, port, Application(world), threaded=True, request_handler=Handler)
    stop: list[int] = []  # no Event: a handler that sets one waits for ever where it has interrupted the Event's wait
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda number, _frame: stop.append(number))
    threading.Thread(target=server.serve_forever, args=(TICK,), daemon=True).start()
    print(f"sandbox ready on http://{HOST}:{server.server_port}", flush=True)
    sys.stdout = sys.stderr  # moto prints, and nobody may be reading our output any more
    _tick(world, store, stop)
    server.shutdown()
    if store is not None:
        store.save()


def _tick(world: World, store: state.Store | None, stop: list[int]) -> None:
    while not stop:
        time.sleep(TICK)
        with world.lock:
            lifecycle.advance(world, world.clock.now())
        if store is not None:
            store.save_when_due()
