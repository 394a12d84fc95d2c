"""How long things usually take: medians over the last runs that succeeded."""

from collections import defaultdict
from statistics import median

from .models import Approval, Run, Step

RUNS = 30  # runs looked back at
SAMPLES = 9  # steps a median is made of


def usual(run: Run) -> dict[str, float]:
    """Seconds a step with this key usually takes here, by key; steps without a history are missing."""
    recent = Run.objects.filter(runbook=run.runbook, environment=run.environment_id).exclude(pk=run.pk)
    ids = list(recent.order_by("-id").values_list("pk", flat=True)[:RUNS])
    steps = Step.objects.filter(run__in=ids, status=Step.Status.SUCCEEDED, unchanged=False, try_no=1)
    rows = list(steps.order_by("-run_id").values_list("pk", "key", "started_at", "ended_at"))
    waited = asked(ids) if rows else {}
    took: dict[str, list[float]] = defaultdict(list)
    for pk, key, start, end in rows:
        if start and end and len(took[key]) < SAMPLES:
            took[key].append(max(0.0, (end - start).total_seconds() - waited[pk]))
    return {key: median(seconds) for key, seconds in took.items()}


def asked(run_ids: list[int]) -> dict[int, float]:
    """Seconds that steps of these runs waited for a person, by step: that time is nobody's usual."""
    waited: dict[int, float] = defaultdict(float)
    rows = Approval.objects.filter(step__run__in=run_ids, answered_at__isnull=False)
    for step, since, until in rows.values_list("step", "asked_at", "answered_at"):
        waited[step] += (until - since).total_seconds() if until else 0.0
    return waited
