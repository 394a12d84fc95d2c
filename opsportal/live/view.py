"""Runs seen live: the Server-Sent Events a browser gets."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Set
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound, StreamingHttpResponse
from django.utils.translation import gettext as _

from .. import events, rights
from ..models import Run
from . import pictures
from .hub import HUB, PAGE, Feed, last_numbers
from .pictures import line_message, message
from .reading import guarded, rows

BEAT = 2.0  # seconds between two heartbeats to a browser
RIGHTS = 60.0  # seconds after which a stream asks again whether its reader may see it
Who = Callable[[], Any]  # reads afresh who follows; None: nobody any more


def patch_message(feed: Feed, seen: int) -> bytes:
    changed = [step for version, step in feed.steps.values() if version > seen]
    data = {"run": feed.run, "steps": changed, "approval": feed.run.get("approval"), "now": datetime.now(UTC)}
    return message("state", data)


class Bell(asyncio.Event):
    """Rung by news, and by itself once nobody has for `BEAT` seconds. Its timer is not made anew for each wait."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.get_running_loop()
        self.quiet_at = 0.0
        self.timer: asyncio.TimerHandle | None = None

    async def news(self) -> bool:
        """Wait for news; False: it is time for a heartbeat."""
        self.quiet_at = self.loop.time() + BEAT
        if self.timer is None:
            self.timer = self.loop.call_at(self.quiet_at, self.ring)
        await self.wait()
        return self.loop.time() < self.quiet_at

    def ring(self) -> None:
        self.timer = None
        if self.loop.time() < self.quiet_at:
            self.timer = self.loop.call_at(self.quiet_at, self.ring)
        else:
            self.set()

    def put_away(self) -> None:
        if self.timer:
            self.timer.cancel()


@dataclass
class Viewer:
    """Who follows a stream: the environments they may see (None: all), and the counts they were told."""

    who: Who
    run_id: int = 0
    asked: float = float("-inf")
    environments: Set[int] | None = frozenset()
    told: dict[str, int] = field(default_factory=dict)

    async def may_go_on(self) -> bool:
        """Whether the reader may still see runs, asked of the rows every `RIGHTS` seconds."""
        if time.monotonic() - self.asked > RIGHTS:
            self.asked = time.monotonic()
            if not await rows(may_still_view, self.who, self.run_id):
                return False
            self.environments = await rows(seen_by, self.who)
        return True

    def news(self) -> bytes:
        """The counts of the sidebar as a message, where they differ from what was told."""
        counts = pictures.seen(HUB.counts.known, self.environments)
        if counts == self.told:
            return b""
        self.told = counts
        return message("counts", counts)


async def follow(run_id: int, after: int, newest: int, who: Who) -> AsyncIterator[bytes]:
    """What a reader gets: the lines after the one it has, then each as it comes, patches, heartbeats, the end.

    Who loses the right to see runs is cut off within `RIGHTS` seconds.
    """
    viewer = Viewer(who, run_id)
    watcher = Bell()
    feed = HUB.join(run_id, newest, watcher)
    sent, seen = after, 0
    try:
        if feed.last < newest or len(feed.watchers) == 1:  # a hint may have passed between the count and the joining
            await guarded(feed.read_lines)
        yield message("beat", {"now": datetime.now(UTC)})
        while True:
            if not await viewer.may_go_on():
                return
            watcher.clear()
            while lines := await missing(feed, sent):
                for number, text in lines:
                    sent = number
                    yield text
            if feed.version > seen:
                yield patch_message(feed, seen)
                seen = feed.version
            if news := viewer.news():
                yield news
            if seen and feed.over(sent):
                yield message("end", {})
                return
            if not await watcher.news():
                yield message("beat", {"now": datetime.now(UTC)})
    finally:
        watcher.put_away()
        HUB.leave(feed, watcher)


async def follow_counts(who: Who) -> AsyncIterator[bytes]:
    """What the browser gets on a page without a live run: how much is open, again when it changes, and heartbeats."""
    viewer = Viewer(who)
    watcher = Bell()
    HUB.watch(watcher)
    try:
        while True:
            if not await viewer.may_go_on():
                return
            watcher.clear()
            if news := viewer.news():
                yield news
            if not await watcher.news():
                yield message("beat", {"now": datetime.now(UTC)})
    finally:
        watcher.put_away()
        HUB.counts.watchers.discard(watcher)


def person(user_id: int) -> User | None:
    """Who follows in a browser."""
    return User.objects.filter(pk=user_id).first()


def may_still_view(who: Who, run_id: int = 0) -> bool:
    """Whether the reader is still there and may see the run, read afresh; without a run: any."""
    user = who()
    return user is not None and may_view(user, run_id)


def may_view(user: Any, run_id: int) -> bool:
    """Whether the reader may see the run; one that does not exist is found missing later."""
    run = Run.objects.filter(pk=run_id).select_related("environment").first()
    return rights.may_view(user, run.environment if run else None)


def seen_by(who: Who) -> frozenset[int] | None:
    """The environments that the reader may see; none, where they have gone a moment ago."""
    user = who()
    return frozenset() if user is None else pictures.environments_seen(user)


async def missing(feed: Feed, sent: int) -> list[tuple[int, bytes]]:
    """The lines after `sent`: from memory where they follow without a gap, else a page of rows; nothing: no more."""
    if sent >= feed.last:
        return []
    if feed.lines and feed.lines[0][0] <= sent + 1:
        return [pair for pair in feed.lines if pair[0] > sent]
    page = await rows(events.lines, feed.run_id, sent, None, PAGE)
    return [(event.number, line_message(event)) for event in page]


async def stream(request: HttpRequest, run_id: int) -> HttpResponse | StreamingHttpResponse:
    """The Server-Sent Events view: `Last-Event-ID` or `?after=` says which line the browser has.

    There is no run 0: its stream holds only the counts that every page shows.
    """
    user = await request.auser()
    if not user.is_authenticated or not await rows(may_view, user, run_id):
        return HttpResponse(_("Sign in with the right to see runs."), status=403)
    if run_id == 0:
        return streamed(follow_counts(partial(person, user.pk)))
    newest = await rows(last_numbers, [run_id])
    if run_id not in newest:
        return HttpResponseNotFound(_("There is no such run."))
    return streamed(follow(run_id, place(request, newest[run_id]), newest[run_id], partial(person, user.pk)))


def place(request: HttpRequest, newest: int) -> int:
    """The number of the last line that the reader has, as its request says."""
    return whole(request.headers.get("Last-Event-ID") or request.GET.get("after", ""), newest)


def streamed(messages: AsyncIterator[bytes]) -> StreamingHttpResponse:
    headers = {"Cache-Control": "no-cache, no-transform", "X-Accel-Buffering": "no"}
    return StreamingHttpResponse(messages, content_type="text/event-stream", headers=headers)


def whole(text: str, most: int) -> int:
    """A number of a line as the browser sent it; nonsense counts as having none."""
    return min(int(text), most) if text.isdecimal() and len(text) < 12 else 0
