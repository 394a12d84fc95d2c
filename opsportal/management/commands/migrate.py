"""`manage.py migrate` as Django has it, on one host at a time."""

from typing import Any

from django.core.management.commands import migrate

from opsportal.upkeep import migrating


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        with migrating.alone():
            super().handle(*args, **options)
