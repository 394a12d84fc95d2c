"""What clean-ups make of findings: what the last sweep said of their checks, marked, taken back, cleaned up."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import F, Q

from .models import Finding, FindingChange, Run, Step
from .words import gettext as _

SWEEP, CLEANUP = "sweep", "cleanup"
RECENT = 50  # sweeps of a region among which the last one of a check is looked for
FEW = 5  # of them read at once
SENT, CLEANED = "sent", "cleaned"  # in the memory of a step that takes a resource away
SPARED = (Finding.State.EXEMPT, Finding.State.SNOOZED)
K = FindingChange.Kind


@dataclass(frozen=True)
class Swept:
    """The last sweep of a check in a region. `looked`: resources it judged; `refused`: why it may not be relied on."""

    refused: str = ""
    began: datetime | None = None
    looked: int = 0
    limits: Mapping[str, Any] = field(default_factory=dict)


def swept(environment_id: int, region: str, check: str) -> Swept:
    """What the last sweep of this check there was, whoever started it."""
    rows = Step.objects.select_related("run").filter(run__environment=environment_id, run__runbook=SWEEP, key=region)
    ended = rows.filter(status__in=Step.ENDED, started_at__isnull=False).order_by("-started_at")[:RECENT]
    last = next((step for step in ended.iterator(chunk_size=FEW) if check in step.run.params.get("checks", ())), None)
    return of(last, check) if last else Swept(_("no sweep of {check} is known there").format(check=check))


def of(step: Step, check: str) -> Swept:
    """What the step of a sweep says of this check."""
    made = step.output.get("checks", {}).get(check)
    words = {"check": check, "run": step.run_id}
    if step.status != Step.Status.SUCCEEDED or made is None:
        return Swept(_("run {run}, the last sweep of {check} there, did not end well").format(**words))
    if made["refused"]:
        return Swept(_("{check} was not checked by its last sweep, run {run}").format(**words))
    return Swept("", step.started_at, made["looked"], step.run.params.get("limits", {}).get(check, {}))


def standing(
    environment_id: int, checks: Collection[str], regions: Collection[str], ids: Collection[int]
) -> list[Finding]:
    """Findings of these checks that are not closed, the dearest first; with `ids` only those of them."""
    rows = Finding.objects.filter(environment=environment_id, state__in=Finding.STANDING)
    rows = rows.filter(check_name__in=checks, region__in=regions)
    return list((rows.filter(pk__in=ids) if ids else rows).order_by(F("usd").desc(nulls_last=True), "pk"))


def cleaned_since(environment_id: int, check: str, began: datetime | None) -> int:
    """How many findings of the check were cleaned up after that sweep had begun."""
    if began is None:
        return 0
    done = FindingChange.objects.filter(kind=K.CLEANED, finding__environment=environment_id, at__gte=began)
    return done.filter(finding__check_name=check).values("finding").distinct().count()


def sent_since(environment_id: int, check: str, began: datetime | None, but: int) -> int:
    """How many of the check's resources, step `but`'s left out, may be on their way, or gone without anybody seeing it.

    Those of open steps, and of steps that ended after that sweep had begun.
    """
    ended = Q(ended_at__isnull=True) | Q(ended_at__gte=began) if began else Q(ended_at__isnull=True)
    steps = Step.objects.filter(ended, run__environment=environment_id, run__runbook=CLEANUP, memory__has_key=SENT)
    rows = steps.exclude(pk=but).values_list("memory", "input")
    return sum(CLEANED not in memory and given["target"]["check"] == check for memory, given in rows)


def under_way(environment_id: int, run_id: int) -> int | None:
    """A clean-up of the environment that began before this run and is not over."""
    earlier = Run.objects.filter(environment=environment_id, runbook=CLEANUP, status__in=Run.OPEN, pk__lt=run_id)
    rows = earlier.order_by("pk").values_list("pk", "params")
    return next((pk for pk, params in rows if params.get("degree") == "clean"), None)


def against(finding_id: int, now: datetime, grace: timedelta) -> str:
    """What stands against the clean-up of this finding, by its row and its check's last sweep; empty: nothing."""
    finding = Finding.objects.filter(pk=finding_id).first()
    if finding is None or finding.state == Finding.State.CLOSED:
        return _("its finding is closed")
    if finding.state in SPARED:
        return _("its finding is {state}").format(state=finding.get_state_display().lower())
    if finding.marked_at is None or finding.marked_at + grace > now:
        return _("its days of grace are not over")
    return swept(finding.environment_id, finding.region, finding.check_name).refused


def unmarked(ids: Collection[int]) -> list[Finding]:
    """Those of these findings that are still to be marked."""
    rows = Finding.objects.filter(pk__in=ids, marked_at=None, state__in=Finding.STANDING)
    return list(rows.exclude(state__in=SPARED).order_by("owner", "pk"))


def mark(run: Run, ids: Collection[int], at: datetime, after: date) -> None:
    """Note that their resources are tagged: nothing is deleted before `after`."""
    rows = list(Finding.objects.filter(pk__in=ids, marked_at=None))
    for finding in rows:
        finding.marked_at, finding.mark = at, {"after": after.isoformat(), "tags": finding.tags}
    Finding.objects.bulk_update(rows, ["marked_at", "mark"])
    text = _("Not before {day}. Take its mark away, or tag it to be kept, and it stays.").format(day=after)
    note(run, rows, K.MARKED, text, at)


def marked_by(run_id: int, check: str, region: str) -> list[Finding]:
    """The findings whose resources this run has tagged and that are still marked."""
    rows = Finding.objects.filter(changes__run=run_id, changes__kind=K.MARKED, marked_at__isnull=False)
    return list(rows.filter(check_name=check, region=region).distinct().order_by("pk"))


def unmark(run: Run, ids: Collection[int], at: datetime) -> None:
    """Note that their resources are not tagged any more."""
    rows = list(Finding.objects.filter(pk__in=ids, marked_at__isnull=False))
    Finding.objects.filter(pk__in=[each.pk for each in rows]).update(marked_at=None, mark=None)
    note(run, rows, K.UNMARKED, "", at)


def cleaned(run: Run, finding_id: int, text: str, at: datetime) -> None:
    """Close the finding: what it was about is gone. Repeating changes nothing."""
    rows = list(Finding.objects.filter(pk=finding_id, state__in=Finding.STANDING))
    closed = {"state": Finding.State.CLOSED, "closed_at": at, "marked_at": None, "mark": None}
    Finding.objects.filter(pk__in=[each.pk for each in rows]).update(**closed)
    note(run, rows, K.CLEANED, text, at)


def note(run: Run, findings: Collection[Finding], kind: str, text: str, at: datetime) -> None:
    """A line of history for each of these findings."""
    FindingChange.objects.bulk_create(
        FindingChange(finding=each, at=at, kind=kind, text=text, run=run) for each in findings
    )
