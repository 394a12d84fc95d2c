"""What makes it safe to go on after a restore: AWS is ahead of the rows, and unknown workers may be alive."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import F, Max, OuterRef, Q, Subquery

from .. import clock
from ..models import Run, Step
from ..words import gettext as _

# Ids mark resources in AWS, make the tokens of calls and name what was told: those given after the backup must not be
# given again.
SKIPPED = {"opsportal.run": 10_000, "opsportal.step": 1_000_000, "opsportal.approval": 10_000}
SKIPPED |= {"opsportal.notice": 100_000, "opsportal.slackmessage": 100_000}
FENCES = 1_000_000  # more claims of one step than there can be since the backup
CALL = 40.0  # seconds after which no call of a worker that nobody knows of is under way
NEXT = {
    "sqlite": "UPDATE sqlite_sequence SET seq = max(seq, {last}) WHERE name = '{table}'",
    "postgresql": "SELECT setval(pg_get_serial_sequence('{table}', 'id'), {last})",
    "mysql": "ALTER TABLE {table} AUTO_INCREMENT = {last}",
}
S = Step.Status


def skip_numbers(tables: Any, highest: Mapping[str, int]) -> None:
    """Let new runs and steps have numbers that none had; `highest` are those of a file.

    It comes before any transaction, for MariaDB ends one with it.
    """
    with connection.cursor() as cursor:
        for name, leap in SKIPPED.items():
            with suppress(LookupError):  # a backup of before there was such a table
                skip(cursor, tables.get_model(name), highest.get(name, 0), leap)


def skip(cursor: Any, model: Any, highest: int, leap: int) -> None:
    here = model.objects.aggregate(last=Max("pk"))["last"] or 0
    last = max(here, highest) + leap
    seed(cursor, model._meta.db_table)
    cursor.execute(NEXT[connection.vendor].format(table=model._meta.db_table, last=last))


def seed(cursor: Any, table: str) -> None:
    """SQLite knows no sequence of a table that never had a row."""
    if connection.vendor == "sqlite":
        cursor.execute(
            "INSERT INTO sqlite_sequence (name, seq) SELECT %s, 0"
            " WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = %s)",
            [table, table],
        )


def highest_fence(tables: Any) -> int:
    return int(tables.get_model("opsportal.step").objects.aggregate(top=Max("fence"))["top"] or 0)


def settle(tables: Any, reason: str, taken_at: datetime, fence: int) -> None:
    """Pause all changes, and let every step that was under way be looked at again, later than any call of before.

    `reason`: what everybody will read. `taken_at`: as of when the rows are. `fence`: the highest there was before.
    """
    now = clock.now()
    raise_fences(tables, max(fence, highest_fence(tables)) + FENCES)
    look_again(tables, now + timedelta(seconds=max(CALL, settings.LEASE_SECONDS)))
    deadlines = tables.get_model("opsportal.step").objects.filter(deadline_at__isnull=False)
    deadlines.update(deadline_at=F("deadline_at") + (now - taken_at))
    pause(tables, now, reason[:300])
    tell(tables, now, reason[:300])
    silence(tables)


def restored(name: str, taken_at: datetime) -> str:
    """Why changes are paused after a restore from this file."""
    text = _("Restored from {file}, as everything was at {when}. Compare with AWS before you resume.")
    return text.format(file=name, when=f"{taken_at:%Y-%m-%d %H:%M:%S} UTC")


def raise_fences(tables: Any, fence: int) -> None:
    """Whoever still holds a step from before writes nothing to it any more."""
    tables.get_model("opsportal.step").objects.update(fence=fence)


def look_again(tables: Any, soon: datetime) -> None:
    steps = tables.get_model("opsportal.step").objects
    fresh = {"wake_at": soon, "nudge_at": soon, "nudges": 0, "lease_until": None, "takeovers": 0}
    steps.filter(status=S.RUNNING).update(**fresh, status=S.DUE)
    steps.filter(status__in=(S.DUE, S.QUEUED), wake_at__lt=soon).update(**fresh)


def pause(tables: Any, now: datetime, reason: str) -> None:
    """Hold all changes, and write it into the audit."""
    made = tables.get_model("opsportal.pause").objects.create(reason=reason, begun_at=now)
    tables.get_model("opsportal.audit").objects.create(
        at=now, who="opsportal", action="pause.begin", kind="pause", object_id=made.pk, what=reason[:200], data={}
    )


def silence(tables: Any) -> None:
    """Send nothing that may have arrived since the backup; a person can send it again."""
    with suppress(LookupError):  # a backup of before there were notices
        waiting = tables.get_model("opsportal.notice").objects.filter(due_at__isnull=False)
        waiting.update(status="failed", due_at=None, error=_("Restored from a backup: it may have arrived since."))
        tables.get_model("opsportal.firing").objects.update(told=None)
    with suppress(LookupError):  # a backup of before there was Slack
        look_for_posts(tables)


def look_for_posts(tables: Any) -> None:
    """What was not in Slack yet may have been posted since: it is looked for, from the start, before it is posted."""
    message, run = tables.get_model("opsportal.slackmessage"), tables.get_model("opsportal.run")
    rows = message.objects.filter(Q(due_at__isnull=False) | Q(ts="")).exclude(about="run", ts__gt="")
    began = Subquery(run.objects.filter(pk=OuterRef("run_id")).values("created_at")[:1])
    names = {each.name for each in message._meta.get_fields()}
    rows.update(posting_at=began, **({"cursor": ""} if "cursor" in names else {}))  # a backup of before there was one


def tell(tables: Any, now: datetime, reason: str) -> None:
    """A line in each open run."""
    events, runs = (tables.get_model(f"opsportal.{name}").objects for name in ("event", "run"))
    for run in runs.filter(status__in=Run.OPEN):
        events.create(run=run, number=run.events + 1, at=now, level="warning", text=reason, data={})
        runs.filter(pk=run.pk).update(events=run.events + 1)
