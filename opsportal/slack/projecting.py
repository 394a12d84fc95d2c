"""The messages of runs, brought up to date: a projection of their rows, which goes on wherever it was interrupted.

A row is taken by compare-and-set for a minute, outside of any transaction Slack is called, and what was shown is noted.
Any number of processes may do rounds: they share one budget of calls. Nobody waits here: what there is no call left for
is due in the next round, and what then is told is the newest, so that many changes become one edit.
"""

import time
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import redis
import structlog
from django.conf import settings
from django.db import Error
from django.db.models import Case, F, Q, QuerySet, When
from django.db.models.functions import Least
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
GIVEN_UP = timedelta(days=1)  # for which it was refused, after which it is tried no more once the run has ended
AWAY = timedelta(seconds=20)  # at most, until what found Slack away is tried again
LONGEST_ROUND = 20.0  # seconds
MOST_TRIES = 1000
EDIT = "chat.update"
RUN = SlackMessage.RUN
WELL = {"tries": 0, "error": "", "refused_since": None}  # of a row that is told
POST = Q(ts="") | ~Q(about=RUN)
TURNED = ~Q(status=F("run__status"))
UNTOLD = POST | TURNED | ~Q(seen=F("run__events"))


class Lost(Exception):
    """Somebody else has the row."""


def round_of(now: datetime) -> int:
    """Show what is new, as far as there are calls for it; how many messages. Raises Away, redis.RedisError.

    Where the calls of one channel are used up, the others go on, and so do edits.
    """
    shown, left_out, end = 0, Q(pk=None), time.monotonic() + LONGEST_ROUND
    with translation.override(settings.LANGUAGE_CODE):
        while time.monotonic() < end and (row := due(now).exclude(left_out).first()):
            if bucket.take(method(row), row.channel):
                left_out |= ~POST if method(row) == EDIT else POST & Q(channel=row.channel)
            elif take(row):
                shown += show(row)
            else:
                left_out |= Q(pk=row.pk)
    return shown


def due(now: datetime) -> "QuerySet[SlackMessage]":
    """What there is to tell: first what is not in Slack yet and what has another status, then what waits longest."""
    stale = Q(due_at__lte=now - FRESH, run__status=Run.Status.RUNNING)
    rows = SlackMessage.objects.filter(UNTOLD | stale, due_at__lte=now)
    urgent = Case(When(POST, then=0), When(TURNED, then=1), default=2)
    return rows.order_by(urgent, "due_at", "pk")


def method(row: SlackMessage) -> str:
    return EDIT if row.ts and row.about == RUN else "chat.postMessage"


def take(row: SlackMessage) -> bool:
    """Whether it is ours for a minute now."""
    free = mine(row, due_at=row.due_at, ts=row.ts, parts=row.parts)
    row.due_at = clock.now() + LEASE
    return bool(free.update(due_at=row.due_at, tries=Least(F("tries") + 1, MOST_TRIES)))


def show(row: SlackMessage) -> bool:
    """Bring it up to date. Raises Away once the row is put back."""
    try:
        whole(row) if row.about == RUN else part(row)
    except (Run.DoesNotExist, SlackMessage.DoesNotExist):  # purged in the meantime
        return False
    except Busy as busy:
        put_back(row, timedelta(seconds=busy.seconds))
    except Refused as refused:
        refuse(row, refused)
    except Away as away:
        put_back(row, min(AWAY, backed_off(row)), str(away))
        raise
    except Lost:
        return False
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
    if not placed(row, run):
        return
    seen = reading.run(run)
    said = outgoing.message(run, seen, now)
    if row.ts:
        calls.edit(row.channel, row.ts, said)
    else:
        mine(row).update(ts=posted(row, said, now), posting_at=None, cursor="")
    follow(row, seen)
    mine(row).update(seen=seen.events, status=seen.status, **WELL)
    mine(row, due_at=row.due_at).update(due_at=clock.now() + GAP if seen.status in Run.OPEN else None)
    if not Run.objects.filter(pk=run.pk, events=seen.events).exists():  # it went on just before that
        mine(row, due_at=None).update(due_at=clock.now())


def placed(row: SlackMessage, run: Run) -> bool:
    """Whether its environment has this channel; where that is another one by now, the next round posts it there."""
    channel = run.environment.slack_channel
    if not channel:
        mine(row).update(due_at=None)
    elif row.channel != channel:
        moved = {"channel": channel, "ts": "", "posting_at": None, "cursor": "", "due_at": clock.now()}
        mine(row, due_at=row.due_at).update(**moved)
    return row.channel == channel


def follow(row: SlackMessage, seen: RunSeen) -> None:
    """What goes into the thread: once for each question, and once for each end."""
    abouts = [f"{outgoing.QUESTION}:{seen.question.approval}"] if seen.question else []
    abouts += [outgoing.end(row.run_id)] if seen.status in outgoing.TOLD else []
    rows = [SlackMessage(run_id=row.run_id, about=each, channel=row.channel, due_at=clock.now()) for each in abouts]
    SlackMessage.objects.bulk_create(rows, ignore_conflicts=True)
    untold = SlackMessage.objects.filter(run=row.run_id, about__in=abouts, parts=0, due_at=None)
    untold.update(due_at=clock.now())  # given up, or looked at while an undo was asked for that was rejected then


def part(row: SlackMessage) -> None:
    """The next post of what goes into the thread; the row is over with the last one."""
    run, now = outgoing.run_of(row), clock.now()
    parent = SlackMessage.objects.get(run=run, about=RUN)
    if not run.environment.slack_channel or not (parent.ts or parent.due_at):  # none, or given up
        mine(row).update(due_at=None)
        return
    if not parent.ts or parent.channel != run.environment.slack_channel:
        put_back(row, backed_off(row))
        return
    row.channel, posts = parent.channel, outgoing.thread(row, run, now)
    if row.parts < len(posts):
        said = posts[row.parts]
        row.ts, row.parts = posted(row, said, now, parent.ts) if said else row.ts, row.parts + 1
    more = row.parts < len(posts)
    done = {"due_at": now if more else None, "posting_at": row.posting_at if more else None, "cursor": ""}
    mine(row).update(ts=row.ts, parts=row.parts, **WELL, **done)


def posted(row: SlackMessage, said: Message, now: datetime, thread: str = "") -> str:
    """Its ts, found where an earlier post had no answer, else posted now."""
    name = {"message": row.pk, "part": row.parts}
    if row.posting_at:
        go_on = partial(keep_place, row)
        if ts := calls.find(row.channel, name, row.posting_at, go_on, thread, row.cursor):
            return ts
    keep(row, posting_at=row.posting_at or now, cursor="")
    try:
        return calls.post(row.channel, said, name, thread)
    except (Busy, Refused):  # nothing was posted
        mine(row).update(posting_at=row.posting_at)
        raise


def keep_place(row: SlackMessage, cursor: str) -> None:
    """Note how far the search has come: where there is no call left for all pages, it goes on later. Raises Lost."""
    keep(row, cursor=cursor)


def keep(row: SlackMessage, **noted: Any) -> None:
    """Note this before anything is sent, and have it for another minute. Raises Lost: somebody else has it by now."""
    held = mine(row, due_at=row.due_at)
    row.due_at = clock.now() + LEASE
    if not held.update(due_at=row.due_at, **noted):
        raise Lost


def mine(row: SlackMessage, **also: Any) -> "QuerySet[SlackMessage]":
    return SlackMessage.objects.filter(pk=row.pk, **also)


def put_back(row: SlackMessage, later: timedelta, why: str = "", **also: Any) -> None:
    """Try again later."""
    log.warning("not shown in Slack", run=row.run_id, about=row.about, reason=why or "429")
    mine(row, due_at=row.due_at).update(**{"due_at": clock.now() + later, "error": why} | also)


def refuse(row: SlackMessage, error: Refused) -> None:
    """Slack does not take it, which a person may cure: it is tried for a day, and for as long as the run is open.

    What somebody has deleted is posted anew, and a search whose cursor Slack does not know any more begins anew.
    """
    now = clock.now()
    since, is_open = row.refused_since or now, Run.objects.filter(pk=row.run_id, status__in=Run.OPEN)
    over = now - since > GIVEN_UP and not is_open.exists()
    also = (
        {"cursor": "", "refused_since": since} | ({"ts": ""} if error.gone else {}) | ({"due_at": None} if over else {})
    )
    put_back(row, backed_off(row), error.message, **also)
    if over and is_open.exists():  # it was reopened just before that
        mine(row, due_at=None).update(due_at=now)


def backed_off(row: SlackMessage) -> timedelta:
    seconds = SOON.total_seconds() * 2.0 ** min(row.tries, 8)
    return min(LONGEST, timedelta(seconds=seconds))
