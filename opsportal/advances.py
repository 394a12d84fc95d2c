"""A policy's next time: advanced by compare-and-set, and put right where it lies beyond what its schedule says.

It does so where the database's clock was ahead for a while: the policy would be silent until that time comes.
"""

from contextlib import suppress
from datetime import datetime, timedelta

import structlog

from . import beat, schedules
from .errors import Invalid
from .models import Heartbeat, Policy

log = structlog.get_logger(__name__)

EVERY = timedelta(minutes=1)
NAME = "schedules"  # of the heartbeat that says when all policies were last looked over


def advance(policy: Policy, following: datetime) -> bool:
    """Make this its next time; False: somebody was quicker, or has changed it since it was read."""
    seen = {"next_due": policy.next_due, "cron": policy.cron, "timezone": policy.timezone}
    return bool(Policy.objects.filter(pk=policy.pk, enabled=True, **seen).update(next_due=following))


def put_right(policy: Policy, now: datetime) -> None:
    """Bring a next time that lies too far ahead back to the schedule's. Raises Invalid: it can't be read here."""
    following = schedules.next_after(policy.cron, policy.timezone, now)
    if policy.next_due and policy.next_due > following and advance(policy, following):
        beat.put_right(policy, now)
        was = {"was": policy.next_due.isoformat(), "due": following.isoformat()}
        log.warning("a policy's next time lay beyond its schedule and was put right", policy=policy.pk, **was)


def look_over(now: datetime) -> None:
    """Put all policies right, once a minute whoever asks."""
    if not is_time(now):
        return
    for policy in Policy.objects.filter(enabled=True, next_due__gt=now):
        with suppress(Invalid):  # a host that knows its time zone does it
            put_right(policy, now)


def is_time(now: datetime) -> bool:
    """Take this minute's look by compare-and-set; a last one in the future is none: the clock was set back."""
    last, _made = Heartbeat.objects.get_or_create(name=NAME, defaults={"at": now - EVERY})
    if last.at <= now < last.at + EVERY:
        return False
    return Heartbeat.objects.filter(name=NAME, at=last.at).update(at=now) == 1
