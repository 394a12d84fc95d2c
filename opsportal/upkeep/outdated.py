"""Firings and closed findings that are old enough to leave."""

from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet

from ..models import Finding, Firing, Run
from .batches import Batch, alone

FIRINGS = 50  # in one transaction; the runs of each are told that it is gone
FINDINGS = 100  # in one transaction, with their changes


def old_firings(before: datetime) -> "QuerySet[Firing]":
    """Those fired before, but for the last of each policy, and those that wait or whose runs are open."""
    later = Firing.objects.filter(policy=OuterRef("policy"), pk__gt=OuterRef("pk"))
    running = Run.objects.filter(firing=OuterRef("pk"), status__in=Run.OPEN)
    rows = Firing.objects.filter(Exists(later), ~Exists(running), fired_at__lt=before)
    return rows.exclude(status__in=Firing.OPEN).order_by("pk")


def firings(after: int, before: datetime) -> Batch:
    """Firings before `before`; their runs stay. Keys rise with time, so the first young ones end it."""
    seen = list(Firing.objects.filter(pk__gt=after).order_by("pk").values_list("pk", "fired_at")[:FIRINGS])
    keys = [pk for pk, at in seen if at < before]
    if not keys:
        return Batch(0, None)
    return Batch(alone(lambda: take_firings(keys, before)), seen[-1][0])


def take_firings(keys: list[int], before: datetime) -> int:
    leaving = list(old_firings(before).filter(pk__in=keys).values_list("pk", flat=True))
    Firing.objects.filter(pk__in=leaving).delete()
    return len(leaving)


def old_findings(before: datetime) -> "QuerySet[Finding]":
    """Those closed before; the index by state and time finds them without a look at the open ones."""
    return Finding.objects.filter(state=Finding.State.CLOSED, closed_at__lt=before).order_by("closed_at")


def findings(_after: int, before: datetime) -> Batch:
    """Findings closed before `before`, with their changes. None that was seen stays, so each batch begins anew."""
    keys = list(old_findings(before).values_list("pk", flat=True)[:FINDINGS])
    if not keys:
        return Batch(0, None)
    return Batch(alone(lambda: take_findings(keys, before)), keys[-1])


def take_findings(keys: list[int], before: datetime) -> int:
    """One that a sweep has opened again meanwhile stays."""
    held = old_findings(before).select_for_update().filter(pk__in=keys)
    leaving = list(held.values_list("pk", flat=True))
    Finding.objects.filter(pk__in=leaving).delete()
    return len(leaving)
