"""`manage.py doctor`: says what is wrong with this installation, and what to do about it."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from config import doctor
from opsportal.words import gettext as _


class Command(BaseCommand):
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.description = _(
            "Checks database, broker, workers, pump, Beat, clock and AWS credentials; exit code 1 when something ails."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        findings = doctor.examine()
        for finding in findings:
            mark = self.style.ERROR("✗") if finding.cure else self.style.SUCCESS("✓")
            self.stdout.write(f"{mark} {finding.what}: {finding.found}")
            if finding.cure:
                self.stdout.write(f"    {finding.cure}")
        if any(finding.cure for finding in findings):
            raise SystemExit(1)
