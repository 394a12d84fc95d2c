"""`manage.py demo`: opsportal on a simulated AWS, with a deployment under way."""

import os
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console

from opsportal.hosting import demo, estate, host, supervisor, terminal, workspace
from opsportal.models import Run
from opsportal.words import gettext as _


class Command(BaseCommand):
    def add_arguments(self, parser: CommandParser) -> None:
        parser.description = _("Starts everything on a simulated AWS and deploys the ecs-service blueprint to dev.")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--once", action="store_true", help=_("follow the deployment here and end with its result"))

    def handle(self, *args: Any, **options: Any) -> None:
        self.console = Console()
        running = supervisor.Supervisor(logs=settings.VAR_DIR / "logs")
        supervisor.stop_on_signals()
        try:
            self.run(running, options["port"], options["once"])
        except supervisor.Stopped:
            self.console.print(_("Stopping. [bold]make demo[/bold] goes on from here."))
            code = 130
        except RuntimeError as error:
            raise CommandError(str(error)) from error
        else:
            code = self.code
        finally:
            supervisor.hold_signals()
            running.stop()
        if options["once"] and code:
            raise SystemExit(code)

    def run(self, running: supervisor.Supervisor, port: int, once: bool) -> None:
        with self.console.status(_("Starting Valkey, the sandbox, the portal, the workers and Beat …")):
            sandbox = demo.Sandbox(host.free_port())
            os.environ.update(sandbox.workers_env())
            os.environ.setdefault("PUBLIC_URL", f"http://localhost:{port}")
            demo.keep_mails()
            slack = None if once else workspace.found()
            running.start(sandbox.part(settings.VAR_DIR / "sandbox.pickle"))
            host.start(running, {}, "127.0.0.1", host.free_port() if once else port, workers=2)
            if slack:
                running.start(slack.part())
            running.wait_ready("sandbox")
            demo.seed(sandbox)
            if slack:
                running.wait_ready("slack")
                workspace.seed()
        logins = demo.passwords(settings.VAR_DIR / "demo-logins.json")
        run = demo.deploy(again=once)
        if once:
            self.code = self.follow(run)
            return
        with self.console.status(_("Filling the accounts …")):
            estate.fill(sandbox)
            estate.watch()
        self.greet(port, logins, run, slack.url if slack else "")
        running.watch()

    def follow(self, run: Run) -> int:
        """0 when the run succeeded, else 1."""
        ended = terminal.follow(run.pk, self.console)
        return 0 if ended.status == Run.Status.SUCCEEDED else 1

    def greet(self, port: int, logins: dict[str, str], run: Run, slack: str) -> None:
        base = f"http://localhost:{port}"
        say = self.console.print
        say("\n[bold]" + _("opsportal runs on {address}").format(address=base) + "[/bold]\n")
        say("  olga  ", logins["olga"], " ", _("starts runs"), highlight=False)
        say("  ansel ", logins["ansel"], " ", _("may approve what olga starts on prod") + "\n", highlight=False)
        what = _("A deployment to dev is under way") if run.is_open else _("The deployment to dev has ended")
        page = f"{base}/admin/opsportal/run/{run.pk}/"
        say(f"{what}: {page}", highlight=False)
        what = _("Two policies look for waste and for credits that run out")
        page = f"{base}/admin/opsportal/finding/"
        say(f"{what}: {page}", highlight=False)
        if slack:
            say(_("The same in a simulated Slack, with buttons and /ops") + f": {slack}", highlight=False)
        say(_("AWS is simulated. Ctrl-C stops everything; the data stays in {folder}.").format(folder=settings.VAR_DIR))
