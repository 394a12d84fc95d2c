"""What this web process follows: one reader of Redis hints, rows read once a run, for any number of browsers."""

import asyncio
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import redis.asyncio
import structlog
from django.conf import settings

from .. import events
from ..models import Run
from . import hints, pictures
from .reading import guarded, rows

log = structlog.get_logger(__name__)

COMPARE = 5.0  # seconds between two comparisons with the rows
POLL = 1.0  # the same while Redis is away
FRESH = 15.0  # seconds after which Redis is connected to anew
PATCH = 0.25  # seconds between two patches of the steps
COUNT = 2.0  # seconds between two counts of what is open
KEPT = 1000  # lines of a run kept in memory
PAGE = 500


@dataclass(eq=False)
class Feed:
    """A run that somebody watches. `steps` holds each step's columns with the version they last changed at."""

    run_id: int
    last: int = 0
    lines: deque[tuple[int, bytes]] = field(default_factory=lambda: deque(maxlen=KEPT))
    run: dict[str, Any] = field(default_factory=dict)
    steps: dict[str, tuple[int, dict[str, Any]]] = field(default_factory=dict)
    version: int = 0
    count: int = 0
    patched: float = 0.0
    stale: bool = True
    watchers: set[asyncio.Event] = field(default_factory=set)

    def wake(self) -> None:
        for watcher in self.watchers:
            watcher.set()

    async def read_lines(self) -> None:
        """Take in the lines written since; all watchers share this one query."""
        while page := await rows(events.lines, self.run_id, self.last, None, PAGE):
            fresh = [event for event in page if event.number > self.last]  # another reader may have been quicker
            self.lines.extend((event.number, pictures.line_message(event)) for event in fresh)
            self.last = max(self.last, page[-1].number)
            self.wake()
            if len(page) < PAGE:
                return

    async def read_state(self) -> None:
        """Take in how the run and its steps stand now."""
        self.stale = False
        self.patched = asyncio.get_running_loop().time()
        run, steps = await rows(pictures.state, self.run_id)
        self.count = run.pop("events")
        changed = [step for step in steps if self.steps.get(step["key"], (0, None))[1] != step]
        if changed or run != self.run:
            self.version += 1
            self.run = run
            self.steps.update({step["key"]: (self.version, step) for step in changed})
            self.wake()

    def over(self, sent: int) -> bool:
        """Whether the run has ended and `sent` is its last line, which may come later than the news of its end."""
        return self.run.get("status") in Run.ENDED and sent >= self.count and not self.stale


@dataclass(eq=False)
class Counts:
    """How many runs and questions are open: one reading for all browsers, after something changed anywhere."""

    known: pictures.Counts = field(default_factory=dict)
    stale: bool = True
    read_at: float = -COUNT
    watchers: set[asyncio.Event] = field(default_factory=set)

    async def read(self) -> None:
        self.stale = False
        self.read_at = asyncio.get_running_loop().time()
        fresh = await rows(pictures.counts)
        if fresh != self.known:
            self.known = fresh
            for watcher in self.watchers:
                watcher.set()

    def due(self, now: float) -> bool:
        return bool(self.watchers) and self.stale and now - self.read_at >= COUNT


@dataclass
class Hub:
    """All that this process follows. `place`: the id of the last hint that was read."""

    feeds: dict[int, Feed] = field(default_factory=dict)
    counts: Counts = field(default_factory=Counts)
    tasks: list["asyncio.Task[None]"] = field(default_factory=list)
    place: str = ""
    away: bool = False

    def start(self) -> None:
        """Begin to listen, when the first browser comes."""
        if not self.tasks:
            self.tasks = [asyncio.create_task(job()) for job in (self.listen, self.compare, self.patch)]

    async def listen(self) -> None:
        """Read hints for ever; with Redis away, `compare` polls the rows."""
        while True:
            try:
                async with redis.asyncio.Redis.from_url(settings.BROKER, socket_timeout=10) as server:
                    await self.read_hints(server)
            except redis.RedisError as error:
                if not self.away:
                    log.warning("no hints from Redis, rows are polled", error=str(error))
                self.away = True
                await asyncio.sleep(0.5)

    async def read_hints(self, server: Any) -> None:
        """Read for `FRESH` seconds: one that has failed over goes on answering reads, its name leads elsewhere."""
        if not self.place:
            newest = await server.xrevrange(hints.STREAM, count=1)
            self.place = newest[0][0].decode() if newest else "0-0"
            await guarded(self.compare_once)  # up to here nobody has read what hints told
        now = asyncio.get_running_loop().time
        until = now() + FRESH
        while now() < until:
            found = await server.xread({hints.STREAM: self.place}, block=2000, count=1000)
            self.away = False
            if fresh := entries(found):
                self.place = fresh[-1][0].decode()
                await self.take(int(hint[b"run"]) for _, hint in fresh)

    async def take(self, run_ids: Iterable[int]) -> None:
        """Read what is new of these runs, as far as somebody watches them."""
        for run_id in set(run_ids):
            self.counts.stale = True
            if feed := self.feeds.get(run_id):
                feed.stale = True
                await guarded(feed.read_lines)

    async def compare(self) -> None:
        """Find what a lost hint would have told: one query over all runs that are watched."""
        while True:
            await asyncio.sleep(POLL if self.away else COMPARE)
            await guarded(self.compare_once)

    async def compare_once(self) -> None:
        self.counts.stale = True
        if not self.feeds:
            return
        counts = await rows(last_numbers, list(self.feeds))
        await self.take(run_id for run_id, feed in list(self.feeds.items()) if counts.get(run_id, 0) > feed.last)
        for feed in self.feeds.values():
            feed.stale = True

    async def patch(self) -> None:
        """Read the steps of runs that changed, at most four times a second each, and what is open every two."""
        while True:
            await asyncio.sleep(PATCH / 2)
            now = asyncio.get_running_loop().time()
            if self.counts.due(now):
                await guarded(self.counts.read)
            for feed in list(self.feeds.values()):
                if feed.stale and now - feed.patched >= PATCH:
                    await guarded(feed.read_state)

    def watch(self, watcher: asyncio.Event) -> None:
        """Wake this watcher when the counts change."""
        self.start()
        self.counts.stale = True
        self.counts.watchers.add(watcher)

    def join(self, run_id: int, last: int, watcher: asyncio.Event) -> Feed:
        """Wake this watcher when the run has something new, or the counts change."""
        self.watch(watcher)
        feed = self.feeds.setdefault(run_id, Feed(run_id, last))
        feed.watchers.add(watcher)
        return feed

    def leave(self, feed: Feed, watcher: asyncio.Event) -> None:
        self.counts.watchers.discard(watcher)
        feed.watchers.discard(watcher)
        if not feed.watchers:
            self.feeds.pop(feed.run_id, None)


def entries(found: Any) -> list[tuple[bytes, dict[bytes, bytes]]]:
    """The entries of one stream in XREAD's answer: a list of streams in RESP2, a map in RESP3."""
    if isinstance(found, dict):
        return [entry for pages in found.values() for page in pages for entry in page]
    return list(found[0][1]) if found else []


HUB = Hub()


def last_numbers(run_ids: list[int]) -> dict[int, int]:
    return dict(Run.objects.filter(pk__in=run_ids).values_list("pk", "events"))
