"""The sentences of a digest, and the same as data for webhooks."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.conf import settings
from django.urls import reverse

from ..models import Finding, FindingChange, Firing, Run
from ..words import gettext as _
from ..words import ngettext

LISTED = 50  # resources that a notice lists
SUMS = ("found", "new", "reopened", "closed")


@dataclass(frozen=True)
class Totals:
    """What the sweeps of a run found, in all its regions, and what could not be checked, by check; `failed`: runs."""

    found: int = 0
    new: int = 0
    reopened: int = 0
    closed: int = 0
    usd: float = 0.0
    refused: tuple[str, ...] = ()
    failed: int = 0

    def __add__(self, other: "Totals") -> "Totals":
        pairs = zip(asdict(self).values(), asdict(other).values(), strict=True)
        return Totals(*(one + another for one, another in pairs))

    @property
    def fresh(self) -> int:
        return self.new + self.reopened

    @property
    def is_news(self) -> bool:
        return bool(self.fresh or self.refused or self.failed)


def totals(run: Run) -> Totals:
    """Added up over the run's steps; a run that is no sweep has nothing but its end."""
    outputs = [step.output for step in run.steps.all() if "not_checked" in step.output]
    sums = {name: sum(each[name] for each in outputs) for name in SUMS}
    refused = tuple(dict.fromkeys(f"{check}: {why}" for each in outputs for check, why in each["not_checked"].items()))
    failed = int(run.status != Run.Status.SUCCEEDED)
    return Totals(**sums, usd=round(sum(each["usd"] for each in outputs), 2), refused=refused, failed=failed)


def of_run(run: Run, seen: Totals) -> str:
    """The environment, what became of the run there and what it found, with the address of its page."""
    page = settings.PUBLIC_URL + reverse("admin:opsportal_run_page", args=[run.pk])
    words = [f"{run.environment}: {run.get_status_display().lower()}."]
    if run.reason:
        words.append(run.reason)
    numbers = [
        (_("{n} found"), seen.found),
        (_("{n} new"), seen.new),
        (_("{n} again"), seen.reopened),
        (_("{n} closed"), seen.closed),
    ]
    if parts := [text.format(n=n) for text, n in numbers if n]:
        words.append(", ".join(parts) + (_(", ${usd:,.2f} a month").format(usd=seen.usd) if seen.usd else "") + ".")
    return "\n".join(
        [" ".join([*words, page]), *(_("  Not checked: {what}").format(what=each) for each in seen.refused)]
    )


def subject(firing: Firing, whole: Totals) -> str:
    """The worst of it in a few words."""
    if firing.status == Firing.Status.FAILED:
        return _("could not start")
    parts = []
    if whole.failed:
        parts.append(
            ngettext("{n} run did not succeed", "{n} runs did not succeed", whole.failed).format(n=whole.failed)
        )
    if whole.fresh:
        parts.append(ngettext("{n} new finding", "{n} new findings", whole.fresh).format(n=whole.fresh))
    if whole.refused:
        parts.append(_("not all was checked"))
    return ", ".join(parts)


def of_finding(finding: Finding) -> str:
    """What it is about, where, what it costs and what to do."""
    cost = _(", ${usd:,.2f} a month").format(usd=finding.usd) if finding.usd else ""
    first = f"- {finding.get_severity_display()} · {finding.check_name} · {named(finding)}{cost}"
    where = f"{finding.environment}, {finding.region}"
    page = settings.PUBLIC_URL + reverse("finding", args=[finding.pk])
    return "\n  ".join(filter(None, [f"{first} · {where}", finding.detail, finding.advice, page]))


def named(finding: Finding) -> str:
    """The resource by its id and name; an ARN says nothing that its name does not."""
    if finding.name and finding.resource.startswith("arn:"):
        return finding.name
    return f"{finding.resource} ({finding.name})" if finding.name else finding.resource


def cleaned(run: Run, changes: Sequence[FindingChange]) -> str:
    """What a clean-up did, in a few words."""
    n = {kind: sum(each.kind == kind for each in changes) for kind in ("marked", "cleaned")}
    parts = [_("{n} marked").format(n=n["marked"])] if n["marked"] else []
    parts += [_("{n} cleaned up").format(n=n["cleaned"])] if n["cleaned"] else []
    if run.status != Run.Status.SUCCEEDED:
        parts.append(_("the clean-up did not succeed"))
    return ", ".join(parts) + f", {run.environment}"


def listed(changes: Sequence[FindingChange]) -> list[str]:
    """A line each, and how many more there are."""
    texts = [of_change(each) for each in changes[:LISTED]]
    more = len(changes) - LISTED
    return [*texts, _("And {n} more.").format(n=more)] if more > 0 else texts


def of_change(change: FindingChange) -> str:
    finding = change.finding
    owner = _(", of {owner}").format(owner=finding.owner) if finding.owner else ""
    return f"- {change.get_kind_display()}: {named(finding)}, {finding.region}{owner}. {change.text}".rstrip()


def as_data(run: Run, seen: Totals) -> dict[str, Any]:
    known = {"run": run.pk, "environment": run.environment.name, "runbook": run.runbook, "status": run.status}
    return {**known, "reason": run.reason, **asdict(seen), "refused": list(seen.refused)}


def finding_data(change: FindingChange) -> dict[str, Any]:
    finding = change.finding
    named = {name: getattr(finding, name) for name in ("region", "resource", "name", "owner", "detail", "advice")}
    known = {"finding": finding.pk, "check": finding.check_name, "environment": finding.environment.name}
    cost = float(finding.usd) if finding.usd is not None else None
    return {**known, **named, "severity": finding.get_severity_display().lower(), "usd": cost}


def change_data(change: FindingChange) -> dict[str, Any]:
    finding = change.finding
    known = {"finding": finding.pk, "check": finding.check_name, "region": finding.region, "owner": finding.owner}
    return {**known, "resource": finding.resource, "change": change.kind}
