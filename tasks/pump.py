"""Nudges what is due and finds what got stuck; runs every two seconds in whichever worker gets there first."""

from datetime import datetime, timedelta
from typing import Any

import structlog
from celery import current_app
from django.apps import apps
from django.db import transaction
from django.db.models import Exists, OuterRef
from kombu.exceptions import OperationalError

from opsportal import advances, approvals, clock, firings, flow, handling, nudges, turns
from opsportal.errors import OpsError
from opsportal.models import Heartbeat, Run, Step
from opsportal.nudges import Nudge
from opsportal.telling import digests, outbox
from opsportal.turns import Turn
from opsportal.upkeep import aftermath, retention, rewound
from opsportal.words import gettext as _
from opsportal.writers import in_line

log = structlog.get_logger(__name__)

EVERY = timedelta(seconds=1.9)
BATCH = 200
SHORTEST, LONGEST = 10, 300  # seconds between two nudges of the same step


def tick() -> None:
    """One round, unless another worker has just done it. Raises rewound.Unknown."""
    now = clock.now()
    if not turn_is_ours(now):
        return
    due = Step.objects.filter(nudge_at__lte=now).order_by("nudge_at")[:BATCH]
    for row in due.values("pk", "run_id", "status", "queue", "nudges", "nudge_at"):
        push(dict(row), now)
    for run_id in stalled():
        turns.take(run_id, repair)
    advances.look_over(now)
    nudges.fire(firings.overlooked(now, BATCH))
    handling.wake(now)
    nudges.deliver(outbox.due(now, BATCH))
    if retention.overdue(now):
        send_purge()
    for firing_id in digests.due(BATCH):
        digests.tell(firing_id, now)


def send_purge() -> None:
    """In Beat's place; sent again every tick until a worker has begun it."""
    try:
        current_app.send_task("tasks.worker.purge", queue="notify", expires=30)
    except (OperationalError, OSError) as error:
        log.warning("no purge sent, the next tick will", error=str(error))


def turn_is_ours(now: datetime) -> bool:
    """Take the round by compare-and-set on the pump's heartbeat. Of a database that forgot rounds it is a settlement.

    Raises rewound.Unknown: whether it did is not known now.
    """
    last, new = Heartbeat.objects.get_or_create(name="pump", defaults={"at": now - 2 * EVERY})
    if now - EVERY < last.at <= now + EVERY:  # later still: the clock was set back
        return False
    missed = None if new else rewound.missed(last, now)
    if missed:
        aftermath.skip_numbers(apps, {})  # MariaDB ends a transaction with it
    with in_line(), transaction.atomic():
        ours = Heartbeat.objects.filter(name="pump", at=last.at).update(at=now, detail="") == 1
        if ours and missed:
            rewound.settle(last.at, missed)
    if ours:
        rewound.remember(now)
    return ours and not missed


def push(row: dict[str, Any], now: datetime) -> None:
    """Nudge one step and back off; a question whose time is over is closed instead."""
    later = now + timedelta(seconds=min(LONGEST, SHORTEST * 2 ** min(row["nudges"], 6)))
    same = Step.objects.filter(pk=row["pk"], nudge_at=row["nudge_at"])
    if not same.update(nudge_at=later, nudges=row["nudges"] + 1):
        return
    if row["status"] == Step.Status.ASKING:
        expire(row)
    else:
        nudges.send([Nudge(row["pk"], row["queue"])])


def expire(row: dict[str, Any]) -> None:
    """Close the question; a person who answers at this very moment was quicker."""
    try:
        approvals.expire(row["run_id"], row["pk"])
    except OpsError as error:
        log.info("not expired", step=row["pk"], reason=error.message)


def stalled() -> list[int]:
    """Open runs of which no step will ever wake up by itself."""
    active = Step.objects.filter(run=OuterRef("pk"), status__in=Step.ACTIVE)
    return list(Run.objects.filter(~Exists(active), status__in=Run.OPEN).values_list("pk", flat=True)[:BATCH])


def repair(turn: Turn) -> None:
    """Evaluate the run again; that it was needed is told, for it should not have been. What nothing unblocks ends."""
    if turn.run.is_open and not turn.run.steps.filter(status__in=Step.ACTIVE).exists():
        log.error("an open run had nothing to do and was evaluated again", run=turn.run.pk)
        turn.say(_("Nothing was under way; looked at every step again."), "warning")
        flow.settle_run(turn)
        if turn.run.is_open and not turn.run.steps.filter(status__in=Step.ACTIVE).exists():
            flow.skip(turn, list(turn.run.steps.filter(status=Step.Status.BLOCKED).values_list("pk", flat=True)))
            flow.settle_run(turn)
