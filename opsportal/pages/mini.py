"""The mini timeline of a run in lists: one segment a step, coloured by how it stands."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from ..live import pictures
from ..models import Run, Step

S = Step.Status
KINDS = {
    "ok": (S.SUCCEEDED, S.UNDONE),
    "live": (S.RUNNING,),
    "ask": (S.ASKING,),
    "bad": (S.FAILED, S.ABANDONED),
}
MOST = 40  # segments; more steps than that are drawn as shares


@dataclass(frozen=True)
class Segment:
    x: float
    width: float
    colour: str


def counted(runs: "QuerySet[Run]") -> "QuerySet[Run, Any]":
    """The runs that are `timed`, with the number of their steps as `steps_of`, of each kind as `steps_ok` and so on."""
    annotations = {f"steps_{kind}": number(status__in=statuses) for kind, statuses in KINDS.items()}
    annotations["steps_due"] = number(status=S.DUE, started_at__isnull=False)
    return pictures.timed(runs).annotate(steps_of=number(), **annotations)


def number(**which: Any) -> Coalesce:
    """How many steps of the run are like this."""
    rows = Step.objects.filter(run=OuterRef("pk"), **which).order_by().values("run")
    return Coalesce(Subquery(rows.annotate(n=Count("pk")).values("n"), output_field=IntegerField()), 0)


def segments(counts: dict[str, int], total: int) -> list[Segment]:
    """Side by side on a line of length 100, done ones first, the rest last."""
    order = ["ok", "bad", "live", "ask"]
    colours = [kind for kind in order for _ in range(counts.get(kind, 0))]
    colours += ["rest"] * max(0, total - len(colours))
    if total > MOST:
        return shares(colours)
    gap = 1.0 if total > 1 else 0.0
    width = (100 - gap * (total - 1)) / max(1, total)
    return [Segment(round(i * (width + gap), 2), round(width, 2), colour) for i, colour in enumerate(colours)]


def shares(colours: list[str]) -> list[Segment]:
    made: list[Segment] = []
    x = 0.0
    for colour in dict.fromkeys(colours):
        width = 100 * colours.count(colour) / len(colours)
        made.append(Segment(round(x, 2), round(width, 2), colour))
        x += width
    return made


def of(run: Any) -> dict[str, Any]:
    """What mini.html draws, of a run that `counted` annotated."""
    counts = {kind: getattr(run, f"steps_{kind}") for kind in KINDS}
    counts["live"] += run.steps_due
    return {"segments": segments(counts, run.steps_of), "done": counts["ok"], "total": run.steps_of}
