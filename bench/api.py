"""How quickly one web process starts runs over HTTP, for how many callers at once, and what reading one costs."""

import asyncio
import json
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from http import HTTPStatus
from urllib.parse import urlsplit

from opsportal import clock
from opsportal.api import tokens
from opsportal.hosting import host, supervisor
from opsportal.models import Run

from . import estate

POSTS = 800  # of all clients together
READS = 600
BARE = "bench.bare:application"  # the portal and a bare view


@dataclass
class Answers:
    """Milliseconds each request took, and what was answered by status."""

    took: list[float] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def rate(self) -> float:
        return len(self.took) / self.seconds

    def at(self, part: float) -> float:
        return sorted(self.took)[int(len(self.took) * part)]


def secret() -> str:
    ends = clock.now() + timedelta(days=1)
    return tokens.make(estate.somebody(), "bench", ("read", "run"), ends, None)[1]


async def send(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, head: str, body: bytes) -> int:
    """One request over a connection that stays open; the status of its answer."""
    writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
    status, length = int((await reader.readline()).split()[1]), 0
    while (line := await reader.readline()).strip():
        name, _, value = line.decode().partition(":")
        length = int(value) if name.lower() == "content-length" else length
    await reader.readexactly(length)
    return status


async def client(url: str, lines: list[tuple[str, str, bytes]], token: str, answers: Answers) -> None:
    """Sends these requests, as (method and path, headers, body), one after the other."""
    where = urlsplit(url)
    reader, writer = await asyncio.open_connection(where.hostname, where.port)
    for line, headers, body in lines:
        head = f"{line} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n{headers}"
        begin = time.perf_counter()
        status = await send(reader, writer, head, body)
        answers.took.append((time.perf_counter() - begin) * 1000)
        answers.statuses[status] = answers.statuses.get(status, 0) + 1
    writer.close()


async def together(urls: list[str], work: list[list[tuple[str, str, bytes]]], keys: list[str]) -> Answers:
    answers, begin = Answers(), time.perf_counter()
    sends = zip(work, keys, strict=True)
    await asyncio.gather(*(client(urls[n % len(urls)], lines, key, answers) for n, (lines, key) in enumerate(sends)))
    answers.seconds = time.perf_counter() - begin
    return answers


def post(key: str) -> tuple[str, str, bytes]:
    body = json.dumps({"runbook": "bench.steps", "environment": "bench", "params": {}}).encode()
    return "POST /api/v1/runs", f"Content-Type: application/json\r\nIdempotency-Key: {key}\r\n", body


def posts(urls: list[str], clients: int, mark: str) -> Answers:
    """So many clients, each with a token of its own, start `POSTS` runs; each has to be one run."""
    each = POSTS // clients
    work = [[post(f"{mark}-{n}") for n in range(each)] for _ in range(clients)]
    before = Run.objects.count()
    answers = asyncio.run(together(urls, work, [secret() for _ in range(clients)]))
    assert answers.statuses == {HTTPStatus.ACCEPTED: each * clients}, answers.statuses
    assert Run.objects.count() - before == each * clients
    return answers


def racing(urls: list[str]) -> int:
    """36 requests at once over 3 keys of one token on these processes: how many runs they started."""
    token, before = secret(), Run.objects.count()
    work = [[post(f"race-{n % 3}")] for n in range(36)]
    answers = asyncio.run(together(urls, work, [token] * 36))
    assert answers.statuses == {HTTPStatus.ACCEPTED: 36}, answers.statuses
    return Run.objects.count() - before


def reads(url: str, path: str) -> float:
    """Requests a second of one client, and as many tokens as its speed takes."""
    lines = [(f"GET {path}", "", b"")] * 40
    keys = [secret() for _ in range(READS // 40)]
    answers = Answers()

    async def one_after_the_other() -> None:
        for key in keys:
            await client(url, lines, key, answers)

    begin = time.perf_counter()
    asyncio.run(one_after_the_other())
    answers.seconds = time.perf_counter() - begin
    assert answers.statuses == {HTTPStatus.OK: len(keys) * 40}, answers.statuses
    return answers.rate


@contextmanager
def portals(parts: supervisor.Supervisor, count: int) -> Iterator[list[str]]:
    """So many web processes of the portal, with the bare view beside it."""
    ports = [host.free_port() for _ in range(count)]
    for port in ports:
        web = supervisor.web("127.0.0.1", port, ready=lambda port=port: host.serves("127.0.0.1", port))
        argv = [BARE if word == "config.asgi:application" else word for word in web.argv]
        estate.start(parts, supervisor.Part(f"web-{port}", argv, web.env, web.ready))
    yield [f"http://127.0.0.1:{port}" for port in ports]


def ratio(url: str) -> tuple[float, float]:
    """Reads a second of a run, and of one row by a bare view, in turns."""
    run = Run.objects.latest("pk").pk
    pairs = [(reads(url, f"/api/v1/runs/{run}"), reads(url, f"/bare/{run}")) for _ in range(3)]
    ours, bare = (statistics.median(column) for column in zip(*pairs, strict=True))
    return ours, bare


def rows() -> list[tuple[str, str, str]]:
    name = estate.database()
    with estate.running(workers=()) as found, portals(found["supervisor"], 2) as urls:
        estate.somewhere()
        posts(urls[:1], 8, "warm")
        eight, fifty = posts(urls[:1], 8, "eight"), posts(urls[:1], 50, "fifty")
        raced = racing(urls)
        ours, bare = ratio(urls[0])
        found["supervisor"].stop(["valkey"])
        without = posts(urls[:1], 8, "without")
    return [
        (f"{name}: POST /runs, 8 clients, one process", told(eight), "≥ 100/s, p99 ≤ 200 ms, each once"),
        (f"{name}: the same with Redis away", told(without), "the same"),
        (f"{name}: the same, 50 clients", told(fifty), "no error, each once"),
        (f"{name}: 36 racing POSTs over 3 keys on 2 processes", f"{raced} runs", "3 runs"),
        (
            f"{name}: GET /runs/{{id}} a second ÷ a bare view reading one row",
            f"{ours:.0f} ÷ {bare:.0f} = {ours / bare:.2f}",
            "≥ 0.5",
        ),
    ]


def told(answers: Answers) -> str:
    return f"{answers.rate:.0f}/s, p50 {answers.at(0.5):.0f} ms, p99 {answers.at(0.99):.0f} ms"
