"""The environments as home shows them: the last change, whether AWS lets us in, and what holds changes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from .. import catalog
from ..models import Environment, Run
from . import holding, looks

MOST = 60
REASON = 120  # characters of why a test failed
TEST = "environment.test"


@dataclass(frozen=True)
class Place:
    """An environment with its last run that changes something, its last connection test, and what holds it."""

    environment: Environment
    change: Run | None
    test: Run | None
    held: str

    @property
    def deploy(self) -> looks.Look:
        return looks.of_run(self.change) if self.change else looks.Look("rest", "remove_circle", _("never"))

    @property
    def health(self) -> looks.Look:
        """What the last connection test found; it tells of AWS and our rights there, not of what runs in it."""
        test = self.test
        if test is None:
            return looks.Look("rest", "remove_circle", _("never tested"))
        if test.status == Run.Status.SUCCEEDED:
            return looks.Look("ok", "check_circle", _("AWS lets us in"))
        if test.status == Run.Status.FAILED:
            return looks.Look("bad", "error", Truncator(test.reason).chars(REASON))
        return looks.of_run(test)


def places(environments: "QuerySet[Environment]", now: datetime) -> list[Place]:
    """The environments by name; a constant number of queries, whatever ran in them."""
    rows = list(environments.select_related("calendar")[:MOST])
    keys = [row.pk for row in rows]
    last = newest(keys)
    runs = Run.objects.in_bulk([pk for pair in last.values() for pk in pair])
    paused = holding.paused()
    return [
        Place(row, runs.get(last[row.pk][0]), runs.get(last[row.pk][1]), holding.why(row, paused, now)) for row in rows
    ]


def newest(environments: Sequence[int]) -> dict[int, tuple[int, int]]:
    """The newest run that changes something and the newest test by environment, 0: none.

    Each is one step into an index, however long the history.
    """
    books = [TEST, *(book.name for book in catalog.runbooks() if book.changes)]
    found = Environment.objects.filter(pk__in=environments).order_by()
    for number, name in enumerate(books):
        rows = Run.objects.filter(environment=OuterRef("pk"), runbook=name).order_by("-id")
        found = found.annotate(**{f"last_{number}": Subquery(rows.values("pk")[:1])})
    columns = [f"last_{number}" for number in range(len(books))]
    newest_of = {pk: [key or 0 for key in keys] for pk, *keys in found.values_list("pk", *columns)}
    return {pk: (max(changes, default=0), test) for pk, (test, *changes) in newest_of.items()}
