"""`manage.py backup <file>`: all rows in one file, of one moment, while everything runs."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from opsportal.upkeep import backup
from opsportal.words import gettext as _
from opsportal.words import ngettext


class Command(BaseCommand):
    def add_arguments(self, parser: CommandParser) -> None:
        parser.description = _("Writes all rows but sessions into one file that restores into any of the databases.")
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            header = backup.write(options["file"])
        except OSError as error:
            text = _("{file} can't be written: {why}.")
            raise CommandError(text.format(file=options["file"], why=error.strerror)) from error
        n = sum(header.counts.values())
        text = ngettext("{n} row is in {file}.", "{n} rows are in {file}.", n)
        self.stdout.write(text.format(n=n, file=options["file"]))
