"""Looks at what opsportal stands on, each with a time limit of its own, so that one that hangs hides no other."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from math import inf
from typing import Generic, TypeVar

import redis
import structlog
from django.db import Error, connection, connections
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Count, Max, Min, Q, QuerySet

from .. import clock
from ..live.hints import broker
from ..models import Environment, Heartbeat, Notice, Policy, Run, SlackMessage, Step
from . import SLACK_SILENT, Facts, pulses, tally

log = structlog.get_logger(__name__)
T = TypeVar("T")

LIMIT = 2.0  # seconds
FRESH = 1.0  # seconds in which an answer is given again, however many ask
HOUR = timedelta(hours=1)
REFUSED = timedelta(minutes=10)  # for which Slack has refused a message that counts
NEWEST = 5000  # runs among which those that have ended lately are sought
EVER = datetime(2000, 1, 1, tzinfo=UTC)  # SQLite uses an index for a range, not for “is not null”
AWAY = (Error, redis.RedisError, OSError, TimeoutError)


@dataclass(eq=False)
class Look(Generic[T]):
    """One thing to look at. Only one look is under way at a time, on a thread and a connection of its own.

    `since`: when it was first found away, by time.monotonic().
    """

    name: str
    observe: Callable[[], T]
    since: float | None = None
    begun: float = 0.0
    answer: "Future[T] | None" = None
    mutex: threading.Lock = field(default_factory=threading.Lock)

    def begin(self) -> "Future[T]":
        """Look, unless a look is under way or its answer is fresh."""
        with self.mutex:
            stale = self.answer is not None and self.answer.done() and time.monotonic() - self.begun > FRESH
            if self.answer is None or stale:
                self.answer, self.begun = Future(), time.monotonic()
                threading.Thread(target=self.run, args=(self.answer,), name=self.name, daemon=True).start()
            return self.answer

    def run(self, answer: "Future[T]") -> None:
        try:
            answer.set_result(self.observe())
        except Exception as error:  # noqa: BLE001  whoever waits for the answer is told
            answer.set_exception(error)
        finally:
            connections.close_all()

    def seen(self) -> T | None:
        """What was observed; None when it is away or takes longer than the limit."""
        try:
            found = self.begin().result(max(0.0, self.begun + LIMIT - time.monotonic()))
        except AWAY as error:
            if self.since is None:
                self.since = time.monotonic()
                log.warning("away", what=self.name, error=str(error) or f"no answer within {LIMIT} s")
            return None
        self.since = None
        return found

    def away(self) -> float:
        """For how many seconds it has been found away."""
        return time.monotonic() - self.since if self.since is not None else 0.0


@dataclass(frozen=True)
class Work:
    """Seconds since pump, Beat and Slack were seen, and those that the oldest step, policy or notice has waited; how
    many messages Slack refuses.
    """

    pump: float
    beat: float
    due: float
    queued: float
    policies: float
    notices: float
    slack: float | None
    refused: int


@dataclass(frozen=True)
class Store:
    """Redis: seconds of a round trip, who is alive with which number, and what was counted."""

    seconds: float
    workers: dict[str, int]
    portals: dict[str, int]
    totals: dict[str, int]


Numbers = dict[tuple[str, str], int]  # runs by status and environment


def database() -> tuple[float, float]:
    """Seconds of a round trip on an open connection, and seconds that this host's clock is ahead."""
    connection.ensure_connection()
    begun, here = time.monotonic(), datetime.now(UTC)
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    seconds = time.monotonic() - begun
    return seconds, (here - clock.now()).total_seconds() + seconds


def migrations() -> int:
    """How many migrations of this release the database does not have."""
    return len(released() - MigrationRecorder(connection).applied_migrations().keys())


@lru_cache(maxsize=1)
def released() -> frozenset[tuple[str, str]]:
    """The migrations that this release consists of."""
    return frozenset(MigrationLoader(None).disk_migrations)


def work() -> Work:
    """Five queries, and one where Slack is silent; steps that have ended have no `nudge_at`: history costs nothing."""
    now = clock.now()
    last = dict(Heartbeat.objects.filter(name__in=("pump", "beat", "slack")).values_list("name", "at"))
    due = Min("wake_at", filter=Q(status=Step.Status.DUE, wake_at__lte=now))
    queued = Min("queued_at", filter=Q(status=Step.Status.QUEUED))
    oldest = Step.objects.filter(nudge_at__gte=EVER).aggregate(due=due, queued=queued)
    late = Policy.objects.filter(enabled=True, next_due__lte=now).aggregate(since=Min("next_due"))["since"]
    waiting = Notice.objects.filter(due_at__gte=EVER).aggregate(since=Min("created_at"))["since"]
    signs = {name: (now - at).total_seconds() for name, at in last.items()}
    silent = signs.get("slack", inf)
    return Work(
        pump=signs.get("pump", inf),
        beat=signs.get("beat", inf),
        due=age(now, oldest["due"]),
        queued=age(now, oldest["queued"]),
        policies=age(now, late),
        notices=age(now, waiting),
        slack=silent if silent <= SLACK_SILENT or in_slack() else None,
        refused=SlackMessage.objects.filter(due_at__gte=EVER, refused_since__lte=now - REFUSED).count(),
    )


def in_slack() -> bool:
    """Whether any environment has a channel."""
    return Environment.objects.exclude(slack_channel="").exists()


def age(now: datetime, since: datetime | None) -> float:
    return (now - since).total_seconds() if since else 0.0


def store() -> Store:
    server = broker()
    begun = time.monotonic()
    server.ping()
    seconds = time.monotonic() - begun
    return Store(seconds, pulses.alive(pulses.WORKERS), pulses.alive(pulses.PORTALS), tally.totals())


def runs() -> tuple[Numbers, Numbers]:
    """Open runs, and those that have ended in the last hour, by status and environment.

    The latter are sought among the newest runs only, by primary key.
    """
    newest = Run.objects.aggregate(last=Max("pk"))["last"] or 0
    lately = Run.objects.filter(pk__gt=newest - NEWEST, ended_at__gte=clock.now() - HOUR, status__in=Run.ENDED)
    return counted(Run.objects.filter(status__in=Run.OPEN)), counted(lately)


def counted(rows: "QuerySet[Run]") -> Numbers:
    found = rows.order_by().values_list("status", "environment__name").annotate(n=Count("pk"))
    return {(status, environment): n for status, environment, n in found}


DATABASE = Look("database", database)
MIGRATIONS = Look("migrations", migrations)
WORK = Look("work", work)
STORE = Look("redis", store)
RUNS = Look("runs", runs)


def facts() -> Facts:
    """All that tells how opsportal itself is, within the time limit, looked at side by side."""
    for look in (DATABASE, MIGRATIONS, WORK, STORE):
        look.begin()
    seconds, apart = DATABASE.seen() or (None, None)
    done, server = WORK.seen(), STORE.seen()
    return Facts(
        database=seconds,
        apart=apart,
        migrations=MIGRATIONS.seen(),
        redis=server.seconds if server else None,
        workers=len(server.workers) if server else None,
        pump=done.pump if done else None,
        beat=done.beat if done else None,
        due=done.due if done else None,
        queued=done.queued if done else None,
        policies=done.policies if done else None,
        notices=done.notices if done else None,
        slack=done.slack if done else None,
        refused=done.refused if done else None,
    )
