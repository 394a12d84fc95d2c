"""How soon 500 browsers of one web process hear of an event, also across a restart of Valkey."""

import asyncio
import statistics
import time
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import uvloop
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore

from opsportal import runs, turns
from opsportal.hosting import supervisor

from . import estate

CLIENTS, EVENTS, PAUSE = 500, 200, 0.1
TAIL = 8.0  # seconds after the last event in which the last one has to arrive


@dataclass
class Heard:
    """What all clients heard: arrival times by event number."""

    at: dict[int, list[float]] = field(default_factory=dict)
    connected: int = 0


def cookie() -> str:
    """A session of a person who may see runs, as the log-in page would make it."""
    user, session = estate.somebody(), SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return f"sessionid={session.session_key}"


async def listen(url: str, run_id: int, login: str, heard: Heard) -> None:
    """One browser: reads the stream until it is cancelled."""
    where = urlsplit(url)
    reader, writer = await asyncio.open_connection(where.hostname, where.port)
    head = f"GET /runs/{run_id}/stream HTTP/1.1\r\nHost: localhost\r\nCookie: {login}\r\n\r\n"
    writer.write(head.encode())
    assert b" 200 " in await reader.readline()
    heard.connected += 1
    async for line in reader:
        if line.startswith(b"id: "):
            heard.at.setdefault(int(line[4:]), []).append(time.time())


def commit(run_id: int, restart: "estate.Any") -> dict[int, float]:
    """Write events one by one, each in a transaction; when each was committed, by number."""
    committed: dict[int, float] = {}
    for n in range(EVENTS):
        if n == EVENTS // 2 and restart:
            restart()
        number = turns.take(run_id, lambda turn: turn.say("something happened") or turn.run.events + 1)
        committed[number] = time.time()
        time.sleep(PAUSE)
    return committed


async def measure(url: str, run_id: int, login: str, restart: "estate.Any") -> tuple[Heard, dict[int, float]]:
    heard = Heard()
    clients = [asyncio.create_task(listen(url, run_id, login, heard)) for _ in range(CLIENTS)]
    while heard.connected < CLIENTS:
        await asyncio.sleep(0.05)
    await asyncio.sleep(2)
    committed = await asyncio.to_thread(commit, run_id, restart)
    await asyncio.sleep(TAIL)
    for client in clients:
        client.cancel()
    await asyncio.gather(*clients, return_exceptions=True)
    return heard, committed


def delays(heard: Heard, committed: dict[int, float]) -> list[float]:
    """Milliseconds from commit to arrival, sorted; every client must have heard everything."""
    lost = {number: CLIENTS - len(heard.at.get(number, [])) for number in committed}
    assert not any(lost.values()), f"lost: { {number: n for number, n in lost.items() if n} }"
    return sorted((at - committed[number]) * 1000 for number in committed for at in heard.at[number])


def rows() -> list[tuple[str, str, str]]:
    with estate.running(web=True) as found:
        parts = found["supervisor"]

        def restart() -> None:
            parts.stop(["valkey"])
            estate.start(parts, supervisor.valkey(estate.VAR_DIR))

        run = runs.start("bench.stamp", estate.somewhere(), {}, estate.somebody(), f"live-{time.time()}")
        login = cookie()
        calm = delays(*uvloop.run(measure(found["url"], run.pk, login, None)))
        rough = delays(*uvloop.run(measure(found["url"], run.pk, login, restart)))
    p99 = calm[int(len(calm) * 0.99)]
    return [
        ("500 SSE clients, committed → received, p50", f"{statistics.median(calm):.1f} ms", "≤ 25 ms"),
        ("the same, p99", f"{p99:.1f} ms", "≤ 300 ms"),
        ("lost, also across a restart of Valkey", f"0 of {len(calm) + len(rough)}", "0"),
        ("the same with that restart, p50 and most", f"{statistics.median(rough):.1f} ms, {rough[-1]:.0f} ms", ""),
    ]
