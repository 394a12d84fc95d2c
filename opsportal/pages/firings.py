"""What became of a policy's firings, as its page and the list of policies show it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, OuterRef, Prefetch, QuerySet, Subquery
from django.utils.translation import gettext as _

from .. import rights, schedules
from ..errors import Invalid
from ..firings import without
from ..models import Firing, Policy, Run
from . import looks
from .looks import Look

F = Firing.Status
FIRINGS = {
    F.WAITING: ("rest", "hourglass_empty"),
    F.STARTING: ("live", "progress_activity"),
    F.STARTED: ("live", "progress_activity"),
    F.SKIPPED: ("rest", "remove_circle"),
    F.FAILED: ("bad", "error"),
}
WORST = (
    *(Run.Status.ASKING, Run.Status.UNDO_FAILED, Run.Status.FAILED, Run.Status.RUNNING, Run.Status.PLANNING),
    *(Run.Status.UNDOING, Run.Status.CANCELLING, Run.Status.CANCELLED, Run.Status.UNDONE, Run.Status.SUCCEEDED),
)
LATE = timedelta(minutes=1)  # past which a policy that is due has been forgotten by everybody
RUNS = 30  # of one firing that its row names


@dataclass(frozen=True)
class Row:
    """A firing with its look, its times in the policy's zone, the first of its runs and how many more there are."""

    firing: Firing
    look: Look
    due: str
    runs: list[Run]
    more: int


def rows(policy: Policy, user: Any, most: int) -> list[Row]:
    """The last firings with those of their runs that this person may see; a few queries, however many there are."""
    first = rights.visible(Run.objects.select_related("environment"), user).order_by("pk")[:RUNS]
    with_first = Prefetch("runs", first, to_attr="first")
    found = policy.firings.select_related("by").order_by("-pk").prefetch_related(with_first)[:most]
    counted = standing([firing.pk for firing in found], user)
    hidden = rights.hidden(user)
    for firing in found:
        firing.reason = without(firing.reason, hidden)
    return [row(policy, firing, counted.get(firing.pk, {})) for firing in found]


def row(policy: Policy, firing: Any, counted: Mapping[str, int]) -> Row:
    more = sum(counted.values()) - len(firing.first)
    return Row(firing, look(firing, counted), shown(policy, firing.due_at), firing.first, more)


def with_last(rows: "QuerySet[Policy]") -> "QuerySet[Policy]":
    """Each with the number of its newest firing, as `last`."""
    newest = Firing.objects.filter(policy=OuterRef("pk")).order_by("-pk").values("pk")[:1]
    return rows.annotate(last=Subquery(newest))


def last(policies: Collection[Any], user: Any) -> dict[int, tuple[Firing, Look]]:
    """The newest firings of these, by their numbers, with their looks; two queries."""
    found = Firing.objects.in_bulk([each.last for each in policies if each.last])
    counted = standing(found, user)
    return {pk: (firing, look(firing, counted.get(pk, {}))) for pk, firing in found.items()}


def standing(firings: Collection[int], user: Any) -> dict[int, dict[str, int]]:
    """How many runs of each of these firings that this person may see have which status."""
    found: dict[int, dict[str, int]] = {}
    rows = rights.visible(Run.objects.filter(firing__in=firings), user)
    counted = rows.order_by().values_list("firing", "status")
    for firing, status, number in counted.annotate(number=Count("pk")):
        found.setdefault(firing, {})[status] = number
    return found


def look(firing: Firing, runs: Mapping[str, int]) -> Look:
    """Its own status, and once its runs are started the worst of theirs."""
    worst = next((status for status in WORST if runs.get(status)), None)
    if firing.status == F.STARTED and worst:
        colour, icon = looks.RUNS[worst]
        return Look(colour, icon, str(worst.label))
    colour, icon = FIRINGS[F(firing.status)]
    return Look(colour, icon, str(F(firing.status).label))


def state(policy: Policy, now: datetime) -> Look:
    """Whether it is on, and whether it was forgotten."""
    if not policy.enabled:
        return Look("rest", "block", _("Disabled"))
    if policy.next_due and policy.next_due < now - LATE:
        return Look("bad", "warning", _("Overdue"))
    return Look("ok", "check_circle", _("Enabled"))


def shown(policy: Policy, at: datetime | None) -> str:
    """A time as clocks in the policy's zone show it; in UTC where this host does not know the zone."""
    try:
        place = schedules.located(policy.timezone)
    except Invalid:
        place = ZoneInfo("UTC")
    return f"{at.astimezone(place):%Y-%m-%d %H:%M %Z}" if at else "—"
