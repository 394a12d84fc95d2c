"""What sweeps make of findings: kept by fingerprint, opened again, and closed once they are no longer true.

All of it is done up to 500 at a time within the caller's transaction, in a handful of statements for each hundred.
"""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from types import SimpleNamespace
from typing import Any

from django.conf import settings
from django.db.models import Model

from . import inserts, redaction
from .checks import Check, Found
from .models import Finding, FindingChange, Run

BATCH = 500
MOST = 1e11  # USD a month
SEVERITIES = {str(severity.name).lower(): severity.value for severity in Finding.Severity}
TOLD = ("name", "owner", "severity", "detail", "advice", "usd", "price", "evidence", "tags")
SEEN = (*TOLD, "last_seen", "seen_run", "times_seen")  # what a sweep writes to a finding that was there
K = FindingChange.Kind
S = Finding.State


@dataclass(frozen=True)
class Kept:
    """How many findings a batch had, and how many of them were new or had been closed."""

    found: int = 0
    new: int = 0
    reopened: int = 0


def fingerprint(environment_id: int, region: str, check: str, resource: str) -> str:
    """What a finding is known by, as hex."""
    return hashlib.sha256("\0".join((str(environment_id), region, check, resource)).encode()).hexdigest()


def keep(run: Run, region: str, check: Check, found: Sequence[Found], now: datetime) -> Kept:
    """Write up to 500 findings of a sweep that began at `now`, and the history of those that were not open.

    A sweep counts a finding once, however often it keeps it. What people made of it stays: acknowledged, snoozed or
    exempt, it is only seen again.
    """
    if len(found) > BATCH:
        raise ValueError(f"{len(found)} findings are more than {BATCH}.")
    fresh = {row.fingerprint: row for row in (as_row(run, region, check, each, now) for each in found)}
    known = {row.fingerprint: row for row in before(fresh)}
    newer = {mark for mark, row in known.items() if row.last_seen > now}  # a sweep that began later has said more
    for mark in known.keys() - newer:
        fresh[mark].times_seen = known[mark].times_seen + (known[mark].last_seen < now)
    keys = write([row for mark, row in fresh.items() if mark not in newer])
    new = [keys[mark] for mark in fresh if mark not in known]
    note(run, K.FOUND, new, now)
    closed = [row.pk for mark, row in known.items() if row.state == S.CLOSED and mark not in newer]
    return Kept(len(fresh), len(new), reopen(run, closed, now))


def before(fresh: Collection[str]) -> Iterable[Finding]:
    """Those of these fingerprints that there are, held, as far as what follows needs them."""
    columns = ("fingerprint", "state", "last_seen", "times_seen")
    known = Finding.objects.filter(fingerprint__in=fresh).order_by("fingerprint").only(*columns)
    return known.select_for_update() if fresh else ()


def write(found: Sequence[SimpleNamespace]) -> dict[str, int]:
    """Insert or update them, always in one order, so that two sweeps don't wait for each other in a circle.

    Their keys by fingerprint.
    """
    ordered = sorted(found, key=lambda each: each.fingerprint)
    return inserts.put(Finding, ordered, "fingerprint", SEEN)


def reopen(run: Run, keys: Sequence[int], now: datetime) -> int:
    """Open these closed findings again; what was decided on them before is history."""
    if keys:
        again = {"state": S.OPEN, "opened_at": now, "closed_at": None, "until": None, "reason": ""}
        Finding.objects.filter(pk__in=keys, state=S.CLOSED).update(**again)
        note(run, K.REOPENED, keys, now)
    return len(keys)


def close(run: Run, region: str, check: str, now: datetime) -> int:
    """Close up to 500 findings of this check that the run's sweep, begun at `now`, no longer saw; how many it closed.

    Only for a check that has read all it needed. To be called again while it closes 500. What another sweep saw that is
    still under way may be true: that one reads later than it began. What a person snoozed or exempted stays so, for it
    may come back under other limits.
    """
    here = Finding.objects.filter(environment=run.environment_id, check_name=check, region=region)
    gone = here.filter(state__in=(S.OPEN, S.ACKNOWLEDGED), last_seen__lt=now)
    elsewhere = Run.objects.filter(status__in=Run.OPEN, environment=run.environment_id).exclude(pk=run.pk)
    held = gone.exclude(seen_run__in=elsewhere.values("pk")).order_by("fingerprint").select_for_update()
    keys = list(held.values_list("pk", flat=True)[:BATCH])
    if keys:
        closed = {"state": S.CLOSED, "closed_at": now, "marked_at": None, "mark": None}
        Finding.objects.filter(pk__in=keys, last_seen__lt=now).update(**closed)
        note(run, K.CLOSED, keys, now)
    return len(keys)


def note(run: Run, kind: str, keys: Iterable[int], now: datetime) -> None:
    """A line of history for each of these findings."""
    line = blank(FindingChange) | {"at": now, "kind": kind, "run_id": run.pk}
    inserts.insert(FindingChange, [SimpleNamespace(**line | {"finding_id": key}) for key in keys])


@lru_cache(maxsize=2)
def blank(model: type[Model]) -> dict[str, Any]:
    """The columns of a row of which nothing is known."""
    return {field.attname: field.get_default() for field in model._meta.concrete_fields}


def as_row(run: Run, region: str, check: Check, found: Found, now: datetime) -> SimpleNamespace:
    """The columns of what was found, as if it had never been seen; secrets are taken out."""
    resource = redaction.kept(found.resource)
    columns = {
        "fingerprint": fingerprint(run.environment_id, region, check.name, resource),
        "environment_id": run.environment_id,
        "region": region,
        "check_name": check.name,
        "resource": resource[:400],
        "name": redaction.text(found.name)[:200],
        "owner": redaction.text(owner(found.tags))[:200],
        "severity": SEVERITIES[found.severity or check.severity],
        "detail": redaction.text(found.detail),
        "advice": redaction.text(found.advice),
        "usd": money(found.usd),
        "price": asdict(found.price) if found.price else None,
        "evidence": redaction.data(found.evidence),
        "tags": redaction.data(found.tags),
        "first_seen": now,
        "last_seen": now,
        "opened_at": now,
        "seen_run_id": run.pk,
    }
    return SimpleNamespace(**blank(Finding) | columns)


def money(usd: float | None) -> Decimal | None:
    """As the column takes it; what is no figure is not known."""
    return Decimal(f"{usd:.2f}") if usd is not None and abs(usd) < MOST else None


def owner(tags: Mapping[str, Any]) -> str:
    """Whom the tag of OWNER_TAG names, in whatever case it is written; empty when there is none."""
    wanted = settings.OWNER_TAG.casefold()
    return next((str(value) for name, value in tags.items() if name.casefold() == wanted), "")
