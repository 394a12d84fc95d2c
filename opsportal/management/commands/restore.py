"""`manage.py restore <file>`: a backup brought back; changes are paused afterwards."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from opsportal import restore
from opsportal.errors import Refused
from opsportal.words import gettext as _
from opsportal.words import ngettext


class Command(BaseCommand):
    def add_arguments(self, parser: CommandParser) -> None:
        parser.description = _("Brings a backup back, whole or not at all, and pauses all changes.")
        parser.add_argument("file", type=Path)
        parser.add_argument("--replace", action="store_true", help=_("delete all rows that are there"))

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            header = restore.restore(options["file"], options["replace"])
        except Refused as error:
            raise CommandError(error.message) from error
        n = sum(header.counts.values())
        text = ngettext("{n} row of {when} is back.", "{n} rows of {when} are back.", n)
        self.stdout.write(text.format(n=n, when=header.taken_at))
        self.stdout.write(_("All changes are paused: compare with AWS, then resume them in the portal."))
