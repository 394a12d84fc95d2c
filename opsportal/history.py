"""How long things usually take: medians over the last runs that succeeded."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from statistics import median

from .models import Approval, Run, Step

S = Step.Status
RUNS = 30  # runs looked back at
SAMPLES = 9  # steps a median is made of


def usual(run: Run, keys: Sequence[str]) -> dict[str, float]:
    """Seconds a step with each of these keys usually takes here; steps without a history are missing."""
    recent = Run.objects.filter(runbook=run.runbook, environment=run.environment_id).exclude(pk=run.pk)
    ids = list(recent.order_by("-id").values_list("pk", flat=True)[:RUNS])
    took: dict[str, list[float]] = {key: [] for key in keys}
    for some in (ids[:SAMPLES], ids[SAMPLES:]):  # as a rule the last few runs have all there is to know
        if some and (short := [key for key in keys if len(took[key]) < SAMPLES]):
            add(took, some, short)
    return {key: median(seconds) for key, seconds in took.items() if seconds}


def add(took: Mapping[str, list[float]], run_ids: Sequence[int], keys: Sequence[str]) -> None:
    """What the steps with these keys took in these runs, the last run first, until there are enough."""
    steps = Step.objects.filter(run__in=run_ids, key__in=keys, status=S.SUCCEEDED, unchanged=False, try_no=1)
    rows = list(steps.order_by("-run_id").values_list("pk", "key", "started_at", "ended_at"))
    waited = asked(run_ids) if rows else {}
    for pk, key, start, end in rows:
        if start and end and len(took[key]) < SAMPLES:
            took[key].append(max(0.0, (end - start).total_seconds() - waited[pk]))


def asked(run_ids: Sequence[int]) -> dict[int, float]:
    """Seconds that steps of these runs waited for a person, by step: that time is nobody's usual."""
    waited: dict[int, float] = defaultdict(float)
    rows = Approval.objects.filter(step__run__in=run_ids, answered_at__isnull=False)
    for step, since, until in rows.values_list("step", "asked_at", "answered_at"):
        waited[step] += (until - since).total_seconds() if until else 0.0
    return waited
