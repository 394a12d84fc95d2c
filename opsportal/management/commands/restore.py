"""`manage.py restore <file>`: a backup brought back; changes are paused afterwards."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from opsportal.errors import Refused
from opsportal.upkeep import restore
from opsportal.words import gettext as _
from opsportal.words import ngettext


class Command(BaseCommand):
    def add_arguments(self, parser: CommandParser) -> None:
        parser.description = _("Brings a backup back, whole or not at all, and pauses all changes.")
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("file", type=Path, nargs="?")
        what.add_argument(
            "--settle",
            type=moment,
            metavar="2026-11-21T03:00Z",
            help=_("the database's own tool brought back this moment"),
        )
        parser.add_argument("--replace", action="store_true", help=_("delete all rows that are there"))

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["settle"]:
                restore.settle(options["settle"])
            else:
                self.bring_back(options["file"], options["replace"])
        except Refused as error:
            raise CommandError(error.message) from error
        self.stdout.write(_("All changes are paused: compare with AWS, then resume them in the portal."))

    def bring_back(self, file: Path, replace: bool) -> None:
        header = restore.restore(file, replace)
        n = sum(header.counts.values())
        text = ngettext("{n} row of {when} is back.", "{n} rows of {when} are back.", n)
        self.stdout.write(text.format(n=n, when=header.taken_at))


def moment(text: str) -> datetime:
    """A time in ISO 8601, in UTC unless it says another zone. Raises ValueError."""
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
