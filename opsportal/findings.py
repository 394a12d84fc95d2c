"""What sweeps make of findings: kept by fingerprint, opened again, and closed once they are no longer true.

All of it is done up to 500 at a time within the caller's transaction, in as many statements for one finding as for all
of them. On SQLite, which takes 999 values in a statement, 500 are written in a dozen.
"""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import connection

from . import redaction
from .checks import Check, Found
from .models import Finding, FindingChange, Run

BATCH = 500
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
    for mark, row in known.items():
        follow(fresh[mark], row)
    write(fresh.values())
    closed = [row.pk for row in known.values() if row.state == S.CLOSED]
    new = note_new(run, fresh.keys() - known.keys(), now)
    return Kept(len(fresh), new, reopen(run, closed, now))


def before(fresh: Collection[str]) -> Iterable[Finding]:
    """Those of these fingerprints that there are, as far as what follows needs them."""
    columns = ("fingerprint", "state", "last_seen", "times_seen")
    return Finding.objects.filter(fingerprint__in=fresh).order_by().only(*columns) if fresh else ()


def follow(fresh: Finding, row: Finding) -> None:
    """Let what was found now go on from the row it is known by."""
    fresh.times_seen = row.times_seen + (row.last_seen < fresh.last_seen)
    fresh.last_seen = max(row.last_seen, fresh.last_seen)


def write(found: Collection[Finding]) -> None:
    """Insert or update them, always in one order, so that two sweeps don't wait for each other in a circle."""
    target = ["fingerprint"] if connection.features.supports_update_conflicts_with_target else None
    ordered = sorted(found, key=lambda each: each.fingerprint)
    Finding.objects.bulk_create(ordered, update_conflicts=True, update_fields=SEEN, unique_fields=target)


def note_new(run: Run, fingerprints: Collection[str], now: datetime) -> int:
    """Begin the history of these; not every database tells the keys of what it inserts or updates."""
    if fingerprints:
        rows = Finding.objects.filter(fingerprint__in=fingerprints).order_by("pk")
        note(run, K.FOUND, rows.values_list("pk", flat=True), now)
    return len(fingerprints)


def reopen(run: Run, keys: Sequence[int], now: datetime) -> int:
    """Open these closed findings again; what was decided on them before is history."""
    if keys:
        again = {"state": S.OPEN, "opened_at": now, "closed_at": None, "until": None, "reason": ""}
        Finding.objects.filter(pk__in=keys, state=S.CLOSED).update(**again)
        note(run, K.REOPENED, keys, now)
    return len(keys)


def close(run: Run, region: str, check: str, now: datetime) -> int:
    """Close up to 500 findings of this check that the run's sweep, begun at `now`, no longer saw; how many it closed.

    Only for a check that has read all it needed. To be called again while it closes 500.
    """
    here = Finding.objects.filter(environment=run.environment_id, check_name=check, region=region)
    gone = here.filter(state__in=Finding.STANDING, last_seen__lt=now)
    keys = list(gone.order_by("pk").values_list("pk", flat=True)[:BATCH])
    if keys:
        Finding.objects.filter(pk__in=keys).update(state=S.CLOSED, closed_at=now, marked_at=None, mark=None)
        note(run, K.CLOSED, keys, now)
    return len(keys)


def note(run: Run, kind: str, keys: Iterable[int], now: datetime) -> None:
    """A line of history for each of these findings."""
    changes = [FindingChange(finding_id=key, at=now, kind=kind, run=run) for key in keys]
    FindingChange.objects.bulk_create(changes)


def as_row(run: Run, region: str, check: Check, found: Found, now: datetime) -> Finding:
    """The row of what was found, as if it had never been seen; secrets are taken out."""
    return Finding(
        fingerprint=fingerprint(run.environment_id, region, check.name, found.resource),
        environment_id=run.environment_id,
        region=region,
        check_name=check.name,
        resource=found.resource[:400],
        name=redaction.text(found.name)[:200],
        owner=redaction.text(owner(found.tags))[:200],
        severity=SEVERITIES[found.severity or check.severity],
        detail=redaction.text(found.detail),
        advice=redaction.text(found.advice),
        usd=None if found.usd is None else Decimal(f"{found.usd:.2f}"),
        price=asdict(found.price) if found.price else None,
        evidence=redaction.data(found.evidence),
        tags=redaction.data(found.tags),
        first_seen=now,
        last_seen=now,
        opened_at=now,
        seen_run=run,
    )


def owner(tags: Mapping[str, Any]) -> str:
    """Whom the tag of OWNER_TAG names, in whatever case it is written; empty when there is none."""
    wanted = settings.OWNER_TAG.casefold()
    return next((str(value) for name, value in tags.items() if name.casefold() == wanted), "")
