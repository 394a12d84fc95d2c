"""What of a run people are told outside of the portal, written down in the turn that makes it true.

Its message in the environment's Slack channel, and a notice for each of the environment's recipients when it asks or
fails.
"""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from .. import catalog
from ..models import Approval, Notice, Run, SlackMessage
from ..turns import Turn
from ..words import gettext as _
from . import outbox


def began(turn: Turn) -> None:
    """From now on the run has a message, if its environment has a channel."""
    if channel := turn.run.environment.slack_channel:
        SlackMessage.objects.create(run=turn.run, channel=channel, due_at=turn.now)


def reopened(turn: Turn) -> None:
    """What was over goes on: its message is looked at again."""
    SlackMessage.objects.filter(run=turn.run, about=SlackMessage.RUN).update(due_at=turn.now)


def asked(turn: Turn, approval: Approval) -> None:
    """The run waits for a person."""
    if to := recipients(turn.run):
        with translation.override(settings.LANGUAGE_CODE):
            says = _("asks: {question}").format(question=approval.question)
            until = _("Open until {time}.").format(time=f"{approval.expires_at:%Y-%m-%d %H:%M} UTC")
        tell(turn, to, f"question:{approval.pk}", says, until, question=approval.question)


def failed(turn: Turn) -> None:
    """The run has failed, or its undo has."""
    if to := recipients(turn.run):
        with translation.override(settings.LANGUAGE_CODE):
            says = str(Run.Status(turn.run.status).label).lower()
        tell(turn, to, f"end:{turn.run.events + len(turn.lines)}", says, turn.run.reason, reason=turn.run.reason)


def recipients(run: Run) -> list[str]:
    return run.environment.tell.split()


def tell(turn: Turn, to: Iterable[str], about: str, says: str, more: str, **data: Any) -> None:
    run, page = turn.run, settings.PUBLIC_URL + reverse("admin:opsportal_run_page", args=[turn.run.pk])
    subject = f"[opsportal] {run.environment}: {catalog.title(run.runbook)} {says}"[:200]
    text = "\n".join(filter(None, [f"{run.environment}: {catalog.title(run.runbook)} {says}", more, page])) + "\n"
    known = {"run": run.pk, "environment": run.environment.name, "runbook": run.runbook, "status": run.status}
    known |= {"url": page, **data}
    outbox.put([Notice(run=run, about=about, to=each, subject=subject, text=text, data=known) for each in to], turn.now)
