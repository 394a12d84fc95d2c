"""The messages of runs, brought up to date: a projection of their rows, which goes on wherever it was interrupted.

A row is taken by compare-and-set for a minute, outside of any transaction Slack is called, and what was shown is noted.
Any number of processes may do rounds: they share one budget of calls. Nobody waits here: what there is no call left for
is due in the next round, and what then is told is the newest, so that many changes become one edit.
"""

from datetime import datetime, timedelta
from typing import Any

import redis
import structlog
from django.conf import settings
from django.db import Error
from django.db.models import Case, F, Q, QuerySet, When
from django.utils import translation

from .. import clock
from ..models import Run, SlackMessage
from . import bucket, calls, outgoing, reading
from .blocks import Message
from .calls import Away, Busy, Refused
from .seen import RunSeen

log = structlog.get_logger(__name__)

LEASE = timedelta(minutes=1)  # longer than a call takes
GAP = timedelta(seconds=2)  # between two edits of one message
FRESH = timedelta(minutes=5)  # after which a running run's times are shown anew
SOON, LONGEST = timedelta(seconds=5), timedelta(minutes=10)  # until what was refused is tried again
BATCH = 100
RUN = SlackMessage.RUN
POST = Q(ts="") | ~Q(about=RUN)
TURNED = ~Q(status=F("run__status"))
UNTOLD = POST | TURNED | ~Q(seen=F("run__events"))


def round_of(now: datetime) -> int:
    """Show what is new, as far as there are calls for it; how many messages. Raises Away, redis.RedisError."""
    shown, used_up = 0, set[str]()
    with translation.override(settings.LANGUAGE_CODE):
        for row in due(now)[:BATCH]:
            budget = bucket.key(method(row), row.channel)
            if budget in used_up:
                continue
            if bucket.take(method(row), row.channel):
                used_up.add(budget)
            elif take(row, now):
                shown += show(row)
    return shown


def due(now: datetime) -> "QuerySet[SlackMessage]":
    """What there is to tell: first what is not in Slack yet and what has another status, then what waits longest."""
    stale = Q(due_at__lte=now - FRESH, run__status=Run.Status.RUNNING)
    rows = SlackMessage.objects.filter(UNTOLD | stale, due_at__lte=now)
    urgent = Case(When(POST, then=0), When(TURNED, then=1), default=2)
    return rows.order_by(urgent, "due_at", "pk")


def method(row: SlackMessage) -> str:
    return "chat.update" if row.ts and row.about == RUN else "chat.postMessage"


def take(row: SlackMessage, now: datetime) -> bool:
    """Whether it is ours for a minute now; a post is noted before it is sent."""
    mine = SlackMessage.objects.filter(pk=row.pk, due_at=row.due_at, ts=row.ts, parts=row.parts)
    row.due_at = now + LEASE
    return bool(mine.update(due_at=row.due_at, tries=F("tries") + 1))


def show(row: SlackMessage) -> bool:
    """Bring it up to date. Raises Away once the row is put back."""
    try:
        whole(row) if row.about == RUN else part(row)
    except (Run.DoesNotExist, SlackMessage.DoesNotExist):  # purged in the meantime
        return False
    except Busy as busy:
        put_back(row, timedelta(seconds=busy.seconds))
    except Refused as refused:
        put_back(row, backed_off(row), refused.message, gone=refused.gone)
    except Away as away:
        put_back(row, SOON, str(away))
        raise
    except (Error, redis.RedisError):  # it is ours until the lease ends
        raise
    except Exception as error:
        log.exception("a message's code failed", run=row.run_id, about=row.about)
        put_back(row, backed_off(row), f"{type(error).__name__}: {error}")
    else:
        return True
    return False


def whole(row: SlackMessage) -> None:
    """The run's one message: posted once, then edited. What follows is written down before it counts as shown."""
    run, now = outgoing.run_of(row), clock.now()
    seen = reading.run(run)
    said = outgoing.message(run, seen, now)
    if row.ts:
        calls.edit(row.channel, row.ts, said)
    else:
        mine(row).update(ts=posted(row, said, now), posting_at=None)
    follow(row, seen)
    mine(row).update(seen=seen.events, status=seen.status, tries=0, error="")
    mine(row, due_at=row.due_at).update(due_at=clock.now() + GAP if seen.status in Run.OPEN else None)


def follow(row: SlackMessage, seen: RunSeen) -> None:
    """What goes into the thread: once for each question, and once for each end."""
    abouts = [f"{outgoing.QUESTION}:{seen.question.approval}"] if seen.question else []
    abouts += [f"{outgoing.END}:{seen.events}"] if seen.status in outgoing.TOLD else []
    rows = [SlackMessage(run_id=row.run_id, about=each, channel=row.channel, due_at=clock.now()) for each in abouts]
    SlackMessage.objects.bulk_create(rows, ignore_conflicts=True)


def part(row: SlackMessage) -> None:
    """The next post of what goes into the thread; the row is over with the last one."""
    run, now = outgoing.run_of(row), clock.now()
    parent = SlackMessage.objects.get(run=run, about=RUN)
    if not parent.ts:
        return put_back(row, SOON)
    posts = outgoing.thread(row, run, now)
    if row.parts < len(posts):
        row.ts, row.parts = posted(row, posts[row.parts], now, parent.ts), row.parts + 1
    due_at = now if row.parts < len(posts) else None
    mine(row).update(ts=row.ts, parts=row.parts, due_at=due_at, tries=0, error="", posting_at=None)
    return None


def posted(row: SlackMessage, said: Message, now: datetime, thread: str = "") -> str:
    """Its ts, found where an earlier post had no answer, else posted now."""
    name = {"message": row.pk, "part": row.parts}
    if row.posting_at and (ts := calls.find(row.channel, name, row.posting_at, thread)):
        return ts
    mine(row).update(posting_at=row.posting_at or now)
    try:
        return calls.post(row.channel, said, name, thread)
    except (Busy, Refused):  # nothing was posted
        mine(row).update(posting_at=None)
        raise


def mine(row: SlackMessage, **also: datetime | None) -> "QuerySet[SlackMessage]":
    return SlackMessage.objects.filter(pk=row.pk, **also)


def put_back(row: SlackMessage, later: timedelta, why: str = "", gone: bool = False) -> None:
    """Try again later. `gone`: somebody has deleted it, and it is posted anew."""
    log.warning("not shown in Slack", run=row.run_id, about=row.about, reason=why or "429")
    changes: dict[str, Any] = {"due_at": clock.now() + later, "error": why} | ({"ts": ""} if gone else {})
    mine(row, due_at=row.due_at).update(**changes)


def backed_off(row: SlackMessage) -> timedelta:
    seconds = SOON.total_seconds() * 2.0 ** min(row.tries, 8)
    return min(LONGEST, timedelta(seconds=seconds))
