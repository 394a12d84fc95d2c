"""The mini timeline of a run in lists: one segment a step, coloured by how it stands."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet

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


def page(runs: "QuerySet[Run]") -> list[Any]:
    """The runs of one page in full.

    Their keys come first: asked at once, MariaDB counts the steps of all runs before it sorts them.
    """
    keys = list(runs.values_list("pk", flat=True))
    rows = full(keys)
    return [rows[key] for key in keys if key in rows]


def full(keys: list[int]) -> dict[int, Any]:
    """These runs by key, `timed` and with the numbers of their steps."""
    rows: dict[int, Any] = pictures.timed(Run.objects.select_related("environment", "requested_by")).in_bulk(keys)
    steps = numbers(keys)
    for run in rows.values():
        run.numbers = steps.get(run.pk, dict.fromkeys((*KINDS, "all"), 0))
    return rows


def numbers(keys: list[int]) -> dict[int, dict[str, Any]]:
    """How many steps each of these runs has, of each kind and in all; one that waits in AWS is under way."""
    kinds = {kind: Count("pk", filter=Q(status__in=statuses)) for kind, statuses in KINDS.items()}
    kinds["live"] = Count("pk", filter=Q(status=S.RUNNING) | Q(status=S.DUE, started_at__isnull=False))
    found = Step.objects.filter(run__in=keys).order_by().values("run").annotate(all=Count("pk"), **kinds)
    return {row["run"]: dict(row) for row in found}


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
    """What mini.html draws, of a run of a `page`."""
    total = run.numbers["all"]
    return {"segments": segments(run.numbers, total), "done": run.numbers["ok"], "total": total}
