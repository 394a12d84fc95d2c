"""`manage.py purge`: what leaves by age every day, by hand."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from opsportal import clock
from opsportal.upkeep import retention
from opsportal.words import gettext as _


class Command(BaseCommand):
    def add_arguments(self, parser: CommandParser) -> None:
        parser.description = _(
            "Deletes lines, runs, audit entries, firings and findings that are older than RETENTION_… says."
        )
        parser.add_argument("--dry-run", action="store_true", help=_("only say how much would leave"))

    def handle(self, *args: Any, **options: Any) -> None:
        now = clock.now()
        found = retention.would_leave(now) if options["dry_run"] else purged(now)
        told = _("{lines} lines, {runs} runs, {audit} audit entries, {firings} firings, {findings} findings")
        text = _("Would leave: {told}.") if options["dry_run"] else _("Left: {told}.")
        self.stdout.write(text.format(told=told.format(**found)))


def purged(now: Any) -> dict[str, int]:
    """Batch after batch until all is done; how many rows left, by kind."""
    found = dict.fromkeys(retention.KINDS, 0)
    place: retention.Place | None = retention.Place()
    while place:
        gone, following = retention.step(place, now)
        found[place.kind] += gone
        time.sleep(following.rest if following else 0)
        place = following
    return found
