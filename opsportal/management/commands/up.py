"""`manage.py up`: everything one host needs, in one process that leaves none behind."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from opsportal import host, supervisor


class Command(BaseCommand):
    help = "Starts the portal, the workers, Beat and, without REDIS_URL, the embedded Valkey."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="the address the portal listens on")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--workers", type=int, default=2, help="processes for short work")

    def handle(self, *args: Any, **options: Any) -> None:
        running = supervisor.Supervisor()
        supervisor.stop_on_signals()
        try:
            host.start(running, {}, options["host"], options["port"], options["workers"])
            self.stdout.write(f"opsportal listens on http://{options['host']}:{options['port']}. Ctrl-C ends it.")
            running.watch()
        except supervisor.Stopped:
            self.stdout.write("Stopping.")
        except RuntimeError as error:
            raise CommandError(str(error)) from error
        finally:
            supervisor.hold_signals()
            running.stop()
