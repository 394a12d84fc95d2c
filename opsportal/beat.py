"""Beat's own row of each policy: kept in step with it, and changed by nobody else.

Beat only nudges: where it reckons otherwise than the policy, as when clocks change, the pump is there 10 s later.
"""

import json
from datetime import datetime
from typing import Any

from django.db import IntegrityError
from django_celery_beat.models import CrontabSchedule, PeriodicTask, PeriodicTasks

from . import schedules
from .models import Policy
from .nudges import FIRE, FIRE_EXPIRES, FIRE_QUEUE
from .schedules import Cron

OWN = {"last_run_at", "total_run_count", "date_changed"}  # what Beat itself writes


def keep(policy: Policy, now: datetime) -> None:
    """Make its row, or bring it in step; within the transaction that saves the policy."""
    wanted = {
        "name": f"policy {policy.pk}: {policy.name}",
        "task": FIRE,
        "args": json.dumps([policy.pk]),
        "crontab": times(policy),
        "queue": FIRE_QUEUE,
        "expire_seconds": FIRE_EXPIRES,
        "enabled": policy.enabled,
    }
    if policy.periodic_task_id is None:
        policy.periodic_task = PeriodicTask.objects.create(**wanted)
        Policy.objects.filter(pk=policy.pk).update(periodic_task=policy.periodic_task)
        return
    # Beat counts from its last run, or from the change: an old one would have it fire at once.
    changed = {"last_run_at": None, "date_changed": now}
    PeriodicTask.objects.filter(pk=policy.periodic_task_id).update(**wanted, **changed)
    PeriodicTasks.update_changed()


def put_right(policy: Policy, now: datetime) -> None:
    """Let Beat forget a last run in the future: it counts from there, and would be silent until then."""
    ahead = PeriodicTask.objects.filter(pk=policy.periodic_task_id, last_run_at__gt=now)
    if ahead.update(last_run_at=None, date_changed=now):
        PeriodicTasks.update_changed()


def forget(task_id: int | None) -> None:
    """Delete the row of a policy that is gone."""
    for task in PeriodicTask.objects.filter(pk=task_id):
        task.delete()


def times(policy: Policy) -> CrontabSchedule:
    """A row of these times, which others may share: Beat looks its own up by their contents, so none is ever changed.

    Celery wants both day fields to match where crontab(5) takes either: then it nudges every day.
    """
    cron = schedules.parsed(policy.cron)
    wanted = fields(cron) | ({"day_of_month": "*", "day_of_week": "*"} if cron.either else {})
    known = CrontabSchedule.objects.filter(**wanted, timezone=policy.timezone).first()
    return known or CrontabSchedule.objects.create(**wanted, timezone=policy.timezone)


def fields(cron: Cron) -> dict[str, str]:
    """The line in Celery's words: numbers, which it reads as we do."""
    return {
        "minute": listed(cron.minutes, 60),
        "hour": listed(cron.hours, 24),
        "day_of_month": listed(cron.days, 31),
        "month_of_year": listed(cron.months, 12),
        "day_of_week": listed(cron.weekdays, 7),
    }


def listed(numbers: tuple[int, ...], all_of_them: int) -> str:
    return "*" if len(numbers) == all_of_them else ",".join(map(str, numbers))


def guard_change(instance: Any, **kwargs: Any) -> None:
    """Receives pre_save. Raises IntegrityError where somebody else changes a policy's row; Beat's own marks may be.

    It is a database's error because Beat, whose copy of the row may be old, takes those calmly and goes on.
    """
    if instance.pk and Policy.objects.filter(periodic_task=instance.pk).exists():
        known = PeriodicTask.objects.filter(pk=instance.pk).values().first() or {}
        if any(getattr(instance, name) != value for name, value in known.items() if name not in OWN):
            raise IntegrityError("A policy keeps this row. Change the policy.")


def guard_delete(instance: Any, **kwargs: Any) -> None:
    """Receives pre_delete. Raises IntegrityError for the row of a policy."""
    if Policy.objects.filter(periodic_task=instance.pk).exists():
        raise IntegrityError("A policy keeps this row. Delete the policy.")
