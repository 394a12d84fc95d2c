"""How long things usually take: medians over the last runs that succeeded."""

from collections import defaultdict
from statistics import median

from .models import Run, Step

RUNS = 30  # runs looked back at
SAMPLES = 9  # steps a median is made of


def usual(run: Run) -> dict[str, float]:
    """Seconds a step with this key usually takes here, by key; steps without a history are missing."""
    recent = Run.objects.filter(runbook=run.runbook, environment=run.environment_id).exclude(pk=run.pk)
    ids = list(recent.order_by("-id").values_list("pk", flat=True)[:RUNS])
    rows = Step.objects.filter(run__in=ids, status=Step.Status.SUCCEEDED, unchanged=False, try_no=1)
    took: dict[str, list[float]] = defaultdict(list)
    for key, start, end in rows.order_by("-run_id").values_list("key", "started_at", "ended_at"):
        if start and end and len(took[key]) < SAMPLES:
            took[key].append((end - start).total_seconds())
    return {key: median(seconds) for key, seconds in took.items()}
