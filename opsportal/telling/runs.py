"""What of a run people are told outside of the portal, written down in the turn that makes it true.

Its message in the environment's Slack channel, and a notice for each of the environment's recipients when it asks or
fails.
"""

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
    rows = SlackMessage.objects.filter(run=turn.run, about=SlackMessage.RUN, due_at=None)
    rows.update(due_at=turn.now, tries=0, error="", refused_since=None)


def asked(turn: Turn, approval: Approval) -> None:
    """The run waits for a person, who is called in its message's thread."""
    into_thread(turn, f"question:{approval.pk}")
    with translation.override(settings.LANGUAGE_CODE):
        says = _("asks: {question}").format(question=approval.question)
        until = _("Open until {time}.").format(time=f"{approval.expires_at:%Y-%m-%d %H:%M} UTC")
        tell(turn, f"question:{approval.pk}", says, until, question=approval.question)


def glass_broken(turn: Turn) -> None:
    """The run changes what is frozen, which everybody is to know while it does."""
    into_thread(turn, "glass")
    with translation.override(settings.LANGUAGE_CODE):
        says = _("changes things during a freeze")
        more = _("{who} broke the glass: {reason}").format(who=turn.run.glass_by, reason=turn.run.glass_reason)
        tell(turn, "glass", says, more, by=str(turn.run.glass_by), reason=turn.run.glass_reason)


def into_thread(turn: Turn, about: str) -> None:
    """What follows in the thread of the run's message, where it has one."""
    for channel in SlackMessage.objects.filter(run=turn.run, about=SlackMessage.RUN).values_list("channel", flat=True):
        SlackMessage.objects.create(run=turn.run, about=about, channel=channel, due_at=turn.now)


def failed(turn: Turn) -> None:
    """The run has failed, or its undo has."""
    with translation.override(settings.LANGUAGE_CODE):
        says = str(Run.Status(turn.run.status).label).lower()
        about = f"end:{turn.run.events + len(turn.lines)}"
        tell(turn, about, says, turn.run.reason, reason=turn.run.reason)


def tell(turn: Turn, about: str, says: str, more: str, **data: Any) -> None:
    """A notice for each of the environment's recipients."""
    to = turn.run.environment.tell.split()
    if not to:
        return
    run, page = turn.run, settings.PUBLIC_URL + reverse("admin:opsportal_run_page", args=[turn.run.pk])
    subject = f"[opsportal] {run.environment}: {catalog.title(run.runbook)} {says}"[:200]
    text = "\n".join(filter(None, [f"{run.environment}: {catalog.title(run.runbook)} {says}", more, page])) + "\n"
    known = {"run": run.pk, "environment": run.environment.name, "runbook": run.runbook, "status": run.status}
    known |= {"url": page, **data}
    outbox.put([Notice(run=run, about=about, to=each, subject=subject, text=text, data=known) for each in to], turn.now)
