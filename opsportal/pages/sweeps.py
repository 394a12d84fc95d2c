"""How far the last sweeps came: which environments were read whole, and what AWS refused to tell."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext as _

from .. import rights
from ..models import Run, Step

BOOK = "sweep"
MOST = 200  # environments whose last sweep is looked at
ACTION = re.compile(r"\b[a-z0-9-]+:[A-Z]\w+")


@dataclass(frozen=True)
class Gap:
    """What one environment's last sweep did not read: a sentence, and the run that says more."""

    sentence: str
    run: int


@dataclass(frozen=True)
class Sweeps:
    """`at`: the end of the last one, None: there was none. `read`: environments read whole, of `of`."""

    at: datetime | None
    read: int
    of: int
    gaps: Sequence[Gap]


def last(user: Any) -> Sweeps:
    """Of the environments that this person may see; three queries."""
    newest = Run.objects.filter(environment=OuterRef("pk"), runbook=BOOK, ended_at__isnull=False).order_by("-id")
    places = rights.environments(user).order_by().annotate(sweep=Subquery(newest.values("pk")[:1]))
    swept = list(places.values_list("name", "sweep"))
    keys = sorted((key for _name, key in swept if key), reverse=True)[:MOST]
    runs, outputs = Run.objects.in_bulk(keys), put_out(keys)
    gaps = [gap for name, key in swept if key in runs for gap in missing(name, runs[key], outputs.get(key, []))]
    ended = [run.ended_at for run in runs.values() if run.ended_at]
    whole = len(runs) - len({gap.run for gap in gaps})
    return Sweeps(max(ended, default=None), whole, len(swept), gaps)


def put_out(runs: Sequence[int]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for run, output in Step.objects.filter(run__in=runs).order_by("run", "position").values_list("run", "output"):
        found.setdefault(run, []).append(output)
    return found


def missing(name: str, run: Run, outputs: Iterable[Any]) -> list[Gap]:
    """What AWS refused, each action once; a sweep that came to nothing says why itself."""
    words = {"name": name}
    reasons = [str(reason) for output in outputs for reason in not_checked(output)]
    actions = dict.fromkeys(action for reason in reasons for action in ACTION.findall(reason))
    gaps = [Gap(_("%(name)s refused %(action)s.") % (words | {"action": each}), run.pk) for each in actions]
    if reasons and not actions:
        gaps = [Gap(_("%(name)s was not read whole. %(why)s") % (words | {"why": reasons[0]}), run.pk)]
    if run.status != Run.Status.SUCCEEDED and not gaps:
        why = run.reason or run.get_status_display()
        gaps = [Gap(_("%(name)s was not read. %(why)s") % (words | {"why": why}), run.pk)]
    return gaps


def not_checked(output: Any) -> list[Any]:
    """Why checks had nothing to judge by, of what a sweep's step puts out: `not_checked`, a reason by check."""
    told = output.get("not_checked") if isinstance(output, dict) else None
    return list(told.values()) if isinstance(told, dict) else []
