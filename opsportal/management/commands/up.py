"""`manage.py up`: everything one host needs, in one process that leaves none behind."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from opsportal.hosting import host, supervisor
from opsportal.words import gettext as _


class Command(BaseCommand):
    def add_arguments(self, parser: CommandParser) -> None:
        parser.description = _("Starts the portal, the workers, Beat and, without REDIS_URL, the embedded Valkey.")
        parser.add_argument("--host", default="127.0.0.1", help=_("the address the portal listens on"))
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--workers", type=int, default=2, help=_("processes for short work"))
        parser.add_argument("--no-migrate", action="store_true", help=_("start only if the database is up to date"))

    def handle(self, *args: Any, **options: Any) -> None:
        running = supervisor.Supervisor()
        supervisor.stop_on_signals()
        try:
            migrate = not options["no_migrate"]
            host.start(running, {}, options["host"], options["port"], options["workers"], migrate)
            text = _("opsportal listens on {address}. Ctrl-C ends it.")
            self.stdout.write(text.format(address=f"http://{options['host']}:{options['port']}"))
            running.watch()
        except supervisor.Stopped:
            self.stdout.write(_("Stopping."))
        except RuntimeError as error:
            raise CommandError(str(error)) from error
        finally:
            supervisor.hold_signals()
            running.stop()
