"""Runs seen live: one reader of Redis hints a process, rows read once a run, lines fanned out to every browser."""

import asyncio
import json
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar

import redis.asyncio
import structlog
from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import ObjectDoesNotExist
from django.db import Error, connection
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound, StreamingHttpResponse
from django.utils.translation import gettext as _

from . import events, hints, rights
from .models import Approval, Event, Run, Step
from .runs import PLAN

log = structlog.get_logger(__name__)
T = TypeVar("T")

BEAT = 2.0  # seconds between two heartbeats to a browser
COMPARE = 5.0  # seconds between two comparisons with the rows
POLL = 1.0  # the same while Redis is away
PATCH = 0.25  # seconds between two patches of the steps
KEPT = 1000  # lines of a run kept in memory
PAGE = 500
RIGHTS = 60.0  # seconds after which a stream asks again whether the person may see it
STEP_COLUMNS = (
    "key",
    "status",
    "note",
    "reason",
    "cause",
    "started_at",
    "ended_at",
    "usual_seconds",
    "progress_done",
    "progress_of",
    "phase",
    "needs",
    "undo_needs",
)

_rows = ThreadPoolExecutor(1, thread_name_prefix="live")


async def rows(query: Callable[..., T], *arguments: Any) -> T:
    """Run a query on the hub's own thread and connection, apart from whatever the views do."""
    return await asyncio.get_running_loop().run_in_executor(_rows, _query, query, *arguments)


def _query(query: Callable[..., T], *arguments: Any) -> T:
    try:
        return query(*arguments)
    except Error:
        connection.close()
        raise


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
            self.lines.extend((event.number, line_message(event)) for event in fresh)
            self.last = max(self.last, page[-1].number)
            self.wake()
            if len(page) < PAGE:
                return

    async def read_state(self) -> None:
        """Take in how the run and its steps stand now."""
        self.stale = False
        self.patched = asyncio.get_running_loop().time()
        run, steps = await rows(state, self.run_id)
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


@dataclass
class Hub:
    """All that this process follows. `place`: the id of the last hint that was read."""

    feeds: dict[int, Feed] = field(default_factory=dict)
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
        if not self.place:
            newest = await server.xrevrange(hints.STREAM, count=1)
            self.place = newest[0][0].decode() if newest else "0-0"
        while True:
            found = await server.xread({hints.STREAM: self.place}, block=2000, count=1000)
            self.away = False
            if fresh := entries(found):
                self.place = fresh[-1][0].decode()
                await self.take(int(hint[b"run"]) for _, hint in fresh)

    async def take(self, run_ids: Iterable[int]) -> None:
        """Read what is new of these runs, as far as somebody watches them."""
        for run_id in set(run_ids):
            if feed := self.feeds.get(run_id):
                feed.stale = True
                await guarded(feed.read_lines)

    async def compare(self) -> None:
        """Find what a lost hint would have told: one query over all runs that are watched."""
        while True:
            await asyncio.sleep(POLL if self.away else COMPARE)
            await guarded(self.compare_once)

    async def compare_once(self) -> None:
        if not self.feeds:
            return
        counts = await rows(last_numbers, list(self.feeds))
        await self.take(run_id for run_id, feed in list(self.feeds.items()) if counts.get(run_id, 0) > feed.last)
        for feed in self.feeds.values():
            feed.stale = True

    async def patch(self) -> None:
        """Read the steps of runs that changed, at most four times a second each."""
        while True:
            await asyncio.sleep(PATCH / 2)
            now = asyncio.get_running_loop().time()
            for feed in list(self.feeds.values()):
                if feed.stale and now - feed.patched >= PATCH:
                    await guarded(feed.read_state)

    def join(self, run_id: int, last: int, watcher: asyncio.Event) -> Feed:
        self.start()
        feed = self.feeds.setdefault(run_id, Feed(run_id, last))
        feed.watchers.add(watcher)
        return feed

    def leave(self, feed: Feed, watcher: asyncio.Event) -> None:
        feed.watchers.discard(watcher)
        if not feed.watchers:
            self.feeds.pop(feed.run_id, None)


def entries(found: Any) -> list[tuple[bytes, dict[bytes, bytes]]]:
    """The entries of one stream in XREAD's answer: a list of streams in RESP2, a map in RESP3."""
    if isinstance(found, dict):
        return [entry for pages in found.values() for page in pages for entry in page]
    return list(found[0][1]) if found else []


async def guarded(read: Callable[[], Any]) -> None:
    """A read that may fail: the database is away, or the run was deleted. The next comparison makes up for it."""
    try:
        await read()
    except (Error, ObjectDoesNotExist) as error:
        log.warning("the hub could not read", error=str(error))


_hub = Hub()


def last_numbers(run_ids: list[int]) -> dict[int, int]:
    return dict(Run.objects.filter(pk__in=run_ids).values_list("pk", "events"))


def state(run_id: int) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """How the run and its steps stand, as the browser is told. A step that waits in AWS is under way."""
    run = Run.objects.values("status", "reason", "ended_at", "cancel_at", "usual_seconds", "events").get(pk=run_id)
    steps = list(Step.objects.filter(run=run_id).order_by("position").values(*STEP_COLUMNS))
    asked = Approval.objects.filter(step__run=run_id).order_by("pk")
    asks = list(asked.values_list("step__key", "asked_at", "answered_at"))
    for step in steps:
        step["needs"] = needs(step.pop("phase"), step["needs"], step.pop("undo_needs"))
        step["asks"] = [times for key, *times in asks if key == step["key"]]
        if step["status"] == Step.Status.DUE and step["started_at"]:
            step["status"] = Step.Status.RUNNING
    question = Approval.objects.filter(step__run=run_id, status=Approval.Status.OPEN).values_list("pk", flat=True)
    return {**run, "approval": question.first()}, steps


def needs(phase: str, to_do: list[str], to_undo: list[str]) -> list[str]:
    """What a step waits for in this phase; the plan only where there is nothing else."""
    named = to_undo if phase == Step.Phase.UNDO else to_do
    return [need for need in named if need != PLAN] or named


def message(kind: str, data: dict[str, Any], number: int | None = None) -> bytes:
    """One Server-Sent Event. HTML Living Standard: Server-sent events."""
    head = f"id: {number}\n" if number is not None else ""
    body = json.dumps(data, default=plain, separators=(",", ":"))
    return f"{head}event: {kind}\ndata: {body}\n\n".encode()


def plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def line_message(event: Event) -> bytes:
    return message("line", line(event), event.number)


def line(event: Event) -> dict[str, Any]:
    """An event as the browser is told."""
    return {
        "number": event.number,
        "at": event.at,
        "level": event.level,
        "step": event.step_key,
        "text": event.text,
        "data": event.data,
    }


def patch_message(feed: Feed, seen: int) -> bytes:
    changed = [step for version, step in feed.steps.values() if version > seen]
    data = {"run": feed.run, "steps": changed, "approval": feed.run.get("approval"), "now": datetime.now(UTC)}
    return message("state", data)


async def follow(run_id: int, after: int, newest: int, user_id: int) -> AsyncIterator[bytes]:
    """What a browser gets: the lines after the one it has, then each as it comes, patches, heartbeats, the end.

    Who loses the right to see runs is cut off within `RIGHTS` seconds.
    """
    asked = time.monotonic()
    watcher = asyncio.Event()
    feed = _hub.join(run_id, newest, watcher)
    sent, seen = after, 0
    try:
        await guarded(feed.read_lines)  # a hint may have passed between the count and the joining
        yield message("beat", {"now": datetime.now(UTC)})
        while True:
            if time.monotonic() - asked > RIGHTS:
                asked = time.monotonic()
                if not await rows(may_still_view, user_id):
                    return
            watcher.clear()
            while lines := await missing(feed, sent):
                for number, text in lines:
                    sent = number
                    yield text
            if feed.version > seen:
                yield patch_message(feed, seen)
                seen = feed.version
            if seen and feed.over(sent):
                yield message("end", {})
                return
            if not await woken(watcher):
                yield message("beat", {"now": datetime.now(UTC)})
    finally:
        _hub.leave(feed, watcher)


def may_still_view(user_id: int) -> bool:
    """Whether the person is still there and may see runs, read afresh."""
    user = User.objects.filter(pk=user_id).first()
    return user is not None and rights.may_view(user)


async def missing(feed: Feed, sent: int) -> list[tuple[int, bytes]]:
    """The lines after `sent`: from memory where they follow without a gap, else a page of rows; nothing: no more."""
    if sent >= feed.last:
        return []
    if feed.lines and feed.lines[0][0] <= sent + 1:
        return [pair for pair in feed.lines if pair[0] > sent]
    page = await rows(events.lines, feed.run_id, sent, None, PAGE)
    return [(event.number, line_message(event)) for event in page]


async def woken(watcher: asyncio.Event) -> bool:
    """Wait for news, or for the time of a heartbeat."""
    try:
        await asyncio.wait_for(watcher.wait(), BEAT)
    except TimeoutError:
        return False
    return True


async def stream(request: HttpRequest, run_id: int) -> HttpResponse | StreamingHttpResponse:
    """The Server-Sent Events view: `Last-Event-ID` or `?after=` says which line the browser has."""
    user = await request.auser()
    if not user.is_authenticated or not await user.ahas_perm(rights.VIEW):
        return HttpResponse(_("Sign in with the right to see runs."), status=403)
    counts = await rows(last_numbers, [run_id])
    if run_id not in counts:
        return HttpResponseNotFound(_("There is no such run."))
    after = whole(request.headers.get("Last-Event-ID") or request.GET.get("after", ""), counts[run_id])
    headers = {"Cache-Control": "no-cache, no-transform", "X-Accel-Buffering": "no"}
    return StreamingHttpResponse(
        follow(run_id, after, counts[run_id], user.pk), content_type="text/event-stream", headers=headers
    )


def whole(text: str, most: int) -> int:
    """A number of a line as the browser sent it; nonsense counts as having none."""
    return min(int(text), most) if text.isdecimal() and len(text) < 12 else 0
