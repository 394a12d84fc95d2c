"""`manage.py slackbot`: what talks with Slack. Several may run: they share the work."""

import signal
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from opsportal.errors import Refused
from opsportal.threads import Asked
from opsportal.words import gettext as _


class Command(BaseCommand):
    def add_arguments(self, parser: CommandParser) -> None:
        parser.description = _("Listens to Slack by Socket Mode, and sends what there is to tell there.")

    def handle(self, *args: Any, **options: Any) -> None:
        if missing := unset():
            raise CommandError(missing)
        ending = Asked()
        for each in (signal.SIGTERM, signal.SIGINT):
            signal.signal(each, ending.set)
        try:
            work(ending)
        except Refused as error:
            raise CommandError(error.message) from error


def unset() -> str:
    """The setting that is missing, in a sentence; empty: none is."""
    if not settings.SLACK_BOT_TOKEN:
        return _("Set SLACK_BOT_TOKEN, the app's bot token. docs/slack.md says how to make an app.")
    if not (settings.SLACK_APP_TOKEN or settings.SLACK_SIGNING_SECRET):
        return _(
            "Set SLACK_APP_TOKEN to listen by Socket Mode, or SLACK_SIGNING_SECRET where Slack reaches the portal."
        )
    return ""


def work(ending: Asked) -> None:
    """Listen, where there is a token for it, and send until it ends. Raises Refused. Slack's library is large."""
    from opsportal.slack import listening, sender

    listens = listening.begin(ending) if settings.SLACK_APP_TOKEN else None
    sender.run(ending)
    if listens:
        listening.end(listens)
