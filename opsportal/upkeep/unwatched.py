"""Findings that no sweep looks for any more: closed, with a line that says why.

Their region is no longer the environment's, their check is gone, or their policy looks elsewhere now. That is decided
by what is written down alone, so no read of AWS, refused or not, has a say in it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import partial

from django.db.models import QuerySet
from django.utils.functional import Promise

from .. import checks, clock
from ..cleaning import SWEEP
from ..models import Environment, Finding, FindingChange, Policy
from ..words import format_lazy, gettext_lazy, on_record
from .batches import Batch, alone

FINDINGS = 100  # closed in one transaction
S = Finding.State
LOOKED_FOR = (S.OPEN, S.ACKNOWLEDGED)  # a snooze or an exemption ends first


@dataclass(frozen=True)
class Place:
    """Where findings are of one check, and the policy whose sweep saw them last; None: a person's, or it is gone."""

    environment: int
    region: str
    check: str
    policy: int | None


def findings(_after: int, before: datetime) -> Batch:
    """Some of those last seen before `before`: another release may know the check, and a sweep may be under way."""
    for place, why in forsaken(before):
        keys = list(at(place, before).order_by("pk").values_list("pk", flat=True)[:FINDINGS])
        closed = alone(partial(close, keys, before, why))
        return Batch(closed, keys[-1] if closed else None)
    return Batch(0, None)


def forsaken(before: datetime) -> Iterator[tuple[Place, Promise]]:
    """Where findings are that nobody looks for, and why."""
    columns = ("environment", "region", "check_name", "seen_run__firing__policy")
    rows = Finding.objects.filter(state__in=LOOKED_FOR, last_seen__lt=before).order_by().values_list(*columns)
    regions = dict(Environment.objects.values_list("pk", "regions"))
    wanted = looked_for(regions)
    for place in (Place(*row) for row in rows.distinct()):
        if why := against(place, regions[place.environment], wanted):
            yield place, why


def against(place: Place, regions: list[str], wanted: set[tuple[int, str, str]]) -> Promise | None:
    """Why nobody looks there any more; None: somebody may."""
    if place.region not in regions:
        return format_lazy(gettext_lazy("{region} is no region of the environment any more."), region=place.region)
    if checks.check(place.check) is None:
        return format_lazy(gettext_lazy("There is no check “{check}” any more."), check=place.check)
    if place.policy and (place.environment, place.region, place.check) not in wanted:
        return gettext_lazy("The policy that found it does not look for it there any more, nor does another.")
    return None


def looked_for(regions: dict[int, list[str]]) -> set[tuple[int, str, str]]:
    """Environment, region and check of all that policies look for, disabled ones too."""
    return {
        (where.pk, region, check)
        for policy in Policy.objects.filter(runbook=SWEEP).prefetch_related("environments")
        for where in policy.environments.all()
        for region in policy.params.get("regions") or regions[where.pk]
        for check in policy.params.get("checks", ())
    }


def at(place: Place, before: datetime) -> "QuerySet[Finding]":
    rows = Finding.objects.filter(environment=place.environment, region=place.region, check_name=place.check)
    rows = rows.filter(state__in=LOOKED_FOR, last_seen__lt=before)
    return rows.filter(seen_run__firing__policy=place.policy) if place.policy else rows


def close(keys: list[int], before: datetime, why: Promise) -> int:
    """Close those of these that nobody has touched meanwhile. What they cost is not recovered: it is not known now."""
    held = Finding.objects.select_for_update().filter(pk__in=keys, state__in=LOOKED_FOR, last_seen__lt=before)
    known, now = dict(held.values_list("pk", "usd")), clock.now()
    closed = {"state": S.CLOSED, "closed_at": now, "marked_at": None, "mark": None, "usd": None}
    Finding.objects.filter(pk__in=known).update(**closed)
    FindingChange.objects.bulk_create(
        FindingChange(finding_id=pk, at=now, kind=FindingChange.Kind.CLOSED, text=told(why, usd))
        for pk, usd in known.items()
    )
    return len(known)


def told(why: Promise, usd: Decimal | None) -> str:
    cost = format_lazy(gettext_lazy("It was {usd} a month."), usd=f"${usd:,.2f}") if usd is not None else ""
    return " ".join(filter(None, map(on_record, (why, cost))))
