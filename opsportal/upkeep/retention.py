"""What leaves by age: lines, runs, findings and the rest, in batches so small that nobody waits for one.

What is closed because nobody looks for it any more is done on the same round.
"""

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

from .. import clock, history
from ..models import Audit, Event, Heartbeat, Page, Run, Step
from . import outdated, unwatched
from .batches import Batch, alone

LINES = 500  # lines, or rows of the audit, in one transaction
PAGES = 100  # pages of AWS in one transaction
RUNS = 10  # runs in one transaction; their lines left before
REST = 12.0  # times as long as a batch took: fewer than one step in twenty meets one, even where writers queue
UNSEEN = timedelta(days=1)  # before a finding that nobody looks for is closed: releases overlap, and sweeps take hours
NAME = "purge"  # of the heartbeat that says when the last purge began
BY_BEAT, BY_PUMP = timedelta(hours=20), timedelta(hours=26)  # since the last one; Beat fires once a day


@dataclass(frozen=True)
class Place:
    """How far a purge has come; `rest`: seconds to let others work before it goes on."""

    kind: str = "lines"
    after: int = 0
    rest: float = 0


def lines(after: int, before: datetime) -> Batch:
    """Lines older than `before`, but for those of open runs. Keys rise with time, so the first young ones end it."""
    seen = list(Event.objects.filter(pk__gt=after).order_by("pk").values_list("pk", "run_id", "at")[:LINES])
    old = {pk: run for pk, run, at in seen if at < before}
    if not old:
        return Batch(0, None)
    return Batch(alone(lambda: take_lines(old.keys(), old.values())), seen[-1][0])


def take_lines(keys: Collection[int], run_ids: Collection[int]) -> int:
    return Event.objects.filter(pk__in=keys, run__in=hold(run_ids)).delete()[0]


def runs(after: int, before: datetime) -> Batch:
    """Runs that ended before `before`, whole, their lines first; those that usual times are made of stay."""
    columns = ("pk", "environment_id", "runbook", "created_at", "ended_at")
    seen = list(Run.objects.filter(pk__gt=after).order_by("pk").values_list(*columns)[:RUNS])
    if not any(created < before for *_, created, _ in seen):
        return Batch(0, None)
    young = {(where, book): needed(where, book) for _, where, book, *_ in seen}
    old = [pk for pk, where, book, _, ended in seen if ended and ended < before and pk < young[where, book]]
    keys = list(Event.objects.filter(run__in=old).values_list("pk", flat=True)[:LINES])
    if keys and alone(lambda: take_lines(keys, old)):
        return Batch(0, after)
    return Batch(alone(lambda: take_runs(old)) if old else 0, seen[-1][0])


def needed(environment_id: int, runbook: str) -> int:
    """The oldest run there that usual times are made of; the younger ones are needed too."""
    newest = Run.objects.filter(environment=environment_id, runbook=runbook).order_by("-pk")
    return min(newest.values_list("pk", flat=True)[: history.RUNS], default=0)


def take_runs(run_ids: Collection[int]) -> int:
    """Delete these runs with their steps, intents, questions and votes; one that was tried again meanwhile stays."""
    ended = hold(run_ids)
    Run.objects.filter(pk__in=ended).delete()
    return len(ended)


def hold(run_ids: Collection[int]) -> list[int]:
    """Hold the rows of those that have ended, as whoever changes a run does; they are marked as purged."""
    now = clock.now()
    Run.objects.filter(pk__in=set(run_ids), status__in=Run.ENDED).update(purged_at=now)
    return list(Run.objects.filter(pk__in=set(run_ids), purged_at=now).values_list("pk", flat=True))


def audit(after: int, before: datetime) -> Batch:
    """Rows of the audit older than `before`."""
    seen = list(Audit.objects.filter(pk__gt=after).order_by("pk").values_list("pk", "at")[:LINES])
    old = [pk for pk, at in seen if at < before]
    if not old:
        return Batch(0, None)
    return Batch(alone(lambda: Audit.objects.filter(pk__in=old).delete()[0]), seen[-1][0])


def pages(after: int, _before: datetime) -> Batch:
    """What sweeps have read that ended without dropping it themselves, as one does that took too long."""
    left = Page.objects.filter(pk__gt=after, step__status__in=Step.ENDED).order_by("pk")
    keys = list(left.values_list("pk", flat=True)[:PAGES])
    if not keys:
        return Batch(0, None)
    return Batch(alone(lambda: Page.objects.filter(pk__in=keys).delete()[0]), keys[-1])


KINDS: dict[str, Callable[[int, datetime], Batch]] = {
    "lines": lines,
    "runs": runs,
    "audit": audit,
    "pages": pages,
    "firings": outdated.firings,
    "unwatched": unwatched.findings,
    "findings": outdated.findings,
}


def limit(kind: str, now: datetime) -> datetime | None:
    """What is older than this leaves; None: this kind stays for ever."""
    if kind == "pages":
        return now
    if kind == "unwatched":
        return now - UNSEEN
    days = {
        "lines": settings.RETENTION_EVENTS_DAYS,
        "runs": settings.RETENTION_RUNS_DAYS,
        "audit": settings.RETENTION_AUDIT_DAYS,
        "firings": settings.RETENTION_FIRINGS_DAYS,
        "findings": settings.RETENTION_FINDINGS_DAYS,
    }[kind]
    return now - timedelta(days=days) if days else None


def step(place: Place, now: datetime) -> tuple[int, Place | None]:
    """Do one batch: how many rows left, and where to go on; None: all is done."""
    before = limit(place.kind, now)
    begun = time.monotonic()
    batch = KINDS[place.kind](place.after, before) if before else Batch(0, None)
    rest = REST * (time.monotonic() - begun)
    if batch.last is not None:
        return batch.gone, Place(place.kind, batch.last, rest)
    later = list(KINDS)[list(KINDS).index(place.kind) + 1 :]
    return batch.gone, Place(later[0], 0, rest) if later else None


def overdue(now: datetime) -> bool:
    """Whether nobody has begun a purge for more than a day: Beat is silent."""
    return last(now).at <= now - BY_PUMP


def begin(now: datetime) -> bool:
    """Take today's purge by compare-and-set, whoever fires it."""
    last(now)
    return Heartbeat.objects.filter(name=NAME, at__lte=now - BY_BEAT).update(at=now) == 1


def last(now: datetime) -> Heartbeat:
    """When the last purge began; a new installation counts as just purged."""
    return Heartbeat.objects.get_or_create(name=NAME, defaults={"at": now})[0]


def would_leave(now: datetime) -> dict[str, int]:
    """How many rows of each kind are too old; what runs take with them is not counted."""
    found = dict.fromkeys(KINDS, 0)
    if before := limit("lines", now):
        found["lines"] = Event.objects.filter(at__lt=before, run__status__in=Run.ENDED).count()
    if before := limit("runs", now):
        old = Run.objects.filter(ended_at__lt=before, status__in=Run.ENDED)
        places = old.order_by().values_list("environment_id", "runbook").distinct()
        rows = (old.filter(environment=where, runbook=book, pk__lt=needed(where, book)) for where, book in places)
        found["runs"] = sum(each.count() for each in rows)
    if before := limit("audit", now):
        found["audit"] = Audit.objects.filter(at__lt=before).count()
    if before := limit("firings", now):
        found["firings"] = outdated.old_firings(before).count()
    if before := limit("findings", now):
        found["findings"] = outdated.old_findings(before).count()
    return found
