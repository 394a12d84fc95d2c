"""How long things usually take: medians over the last runs that succeeded."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from statistics import median
from typing import Any

from . import rows
from .models import Approval, Run, Step

RUNS = 30  # runs looked back at
SAMPLES = 9  # steps a median is made of
# MariaDB takes no LIMIT right inside IN, but one level deeper.
RECENT = (
    "run_id IN (SELECT id FROM (SELECT id FROM opsportal_run WHERE environment_id = %s AND runbook = %s AND id <> %s"
    " ORDER BY id DESC LIMIT %s OFFSET %s) AS recent) AND status = 'succeeded' AND try_no = 1 AND NOT unchanged"
)


def usual(run: Run, keys: Sequence[str]) -> dict[str, float]:
    """Seconds a step with each of these keys usually takes here; steps without a history are missing."""
    took: dict[str, list[float]] = {key: [] for key in keys}
    for skipped, runs in ((0, SAMPLES), (SAMPLES, RUNS - SAMPLES)):  # as a rule the last few have all there is to know
        if short := [key for key in keys if len(took[key]) < SAMPLES]:
            add(took, lasted(run, short, runs, skipped))
    return {key: median(seconds) for key, seconds in took.items() if seconds}


def lasted(run: Run, keys: Sequence[str], runs: int, skipped: int) -> list[dict[str, Any]]:
    """Steps with these keys that succeeded in so many runs before this one, after those skipped; the last run first."""
    key = rows.quoted(Step._meta.get_field("key"))
    wanted = f"{RECENT} AND {key} IN ({', '.join(['%s'] * len(keys))}) ORDER BY run_id DESC"
    arguments = [run.environment_id, run.runbook, run.pk, runs, skipped, *keys]
    return rows.several(Step, ("id", "run_id", "key", "started_at", "ended_at"), wanted, arguments)


def add(took: Mapping[str, list[float]], steps: Sequence[Mapping[str, Any]]) -> None:
    """What these steps took, until there is enough of each key."""
    waited = asked({step["run_id"] for step in steps}) if steps else {}
    for step in steps:
        start, end, known = step["started_at"], step["ended_at"], took[step["key"]]
        if start and end and len(known) < SAMPLES:
            known.append(max(0.0, (end - start).total_seconds() - waited[step["id"]]))


def asked(run_ids: Collection[int]) -> dict[int, float]:
    """Seconds that steps of these runs waited for a person, by step: that time is nobody's usual."""
    waited: dict[int, float] = defaultdict(float)
    rows = Approval.objects.filter(step__run__in=run_ids, answered_at__isnull=False)
    for step, since, until in rows.values_list("step", "asked_at", "answered_at"):
        waited[step] += (until - since).total_seconds() if until else 0.0
    return waited
