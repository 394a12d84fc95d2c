"""Start-up: what can be run and checked is handed from the workers' code to the portal's catalog."""

from collections.abc import Iterator
from importlib import import_module
from operator import itemgetter

from django.apps import AppConfig
from django.conf import settings


class StartUp(AppConfig):
    name = "config"

    def ready(self) -> None:
        from opsportal import catalog, checks, previews
        from opsportal.words import gettext
        from tasks.cleanups import known as kinds
        from tasks.cleanups import planning
        from tasks.runbooks import RUNBOOKS
        from tasks.stacks import library

        def titles() -> Iterator[tuple[str, str]]:
            return ((each.name, gettext(each.title)) for each in checks.checks())

        checks.register_later("tasks.checks")
        catalog.register(RUNBOOKS)
        previews.register({kind.name: kind.preview for kind in kinds.KINDS.values()}, planning.left_out)
        catalog.offer("blueprints", lambda: [(found.name, found.title) for found in library.blueprints()])
        catalog.offer("checks", lambda: sorted(titles(), key=itemgetter(1)))
        for name in settings.RUNBOOK_MODULES:
            known = vars(import_module(name))
            checks.register(known.get("CHECKS", ()))
            catalog.register(known.get("RUNBOOKS", ()) if "CHECKS" in known else known["RUNBOOKS"])
