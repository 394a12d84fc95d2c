"""What stands in Slack of a run, who of a workspace is who of the portal, and where nobody is called for a while."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from .environment import Environment
from .run import Run


class SlackMessage(models.Model):
    """A run's message, or one in its thread: a projection of the run, which can be made again from its rows.

    `about`: "run" for the one message that is edited; in its thread "question:<approval>" and "end:<when>".
    `ts`: Slack's name of it, empty until it is posted. `parts`: how many posts of it are out, where it takes several.
    `seen`, `status`: the run's last line and status that it shows. `due_at`: when it is looked at next, None: all is
    shown. `posting_at`: when a post was sent of which no answer is known; it is looked for before another is sent.
    `cursor`: Slack's name of the page of the channel that this search has come to. `refused_since`: Slack refuses it.
    """

    RUN = "run"

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="slack_messages")
    about = models.CharField(max_length=40, default=RUN)
    channel = models.CharField(max_length=20)
    ts = models.CharField(max_length=20, blank=True)
    parts = models.PositiveSmallIntegerField(default=0)
    seen = models.PositiveIntegerField(default=0)
    status = models.CharField(max_length=20, blank=True)
    due_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    error = models.TextField(blank=True)
    posting_at = models.DateTimeField(null=True)
    cursor = models.TextField(blank=True, default="", db_default="")
    refused_since = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "about"], name="slack_message_once")]
        indexes = [models.Index(fields=["due_at"], name="slack_message_due")]

    def __str__(self) -> str:
        return f"{self.run} {self.about}"


class SlackPerson(models.Model):
    """Who somebody of a Slack workspace is in the portal, once they have confirmed it there. `slack_id`: U… or W…"""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="slack")
    team = models.CharField(_("workspace"), max_length=20)
    slack_id = models.CharField(_("Slack user"), max_length=20)
    confirmed_at = models.DateTimeField(_("confirmed"))

    class Meta:
        verbose_name = _("Slack account")
        verbose_name_plural = _("Slack accounts")
        constraints = [models.UniqueConstraint(fields=["team", "slack_id"], name="slack_person_once")]

    def __str__(self) -> str:
        return f"{self.user} · {self.slack_id}"


class Mute(models.Model):
    """Until when nobody is called in Slack for an environment; its messages go on."""

    environment = models.OneToOneField(Environment, on_delete=models.CASCADE, related_name="mute")
    until = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    def __str__(self) -> str:
        return f"{self.environment} · {self.until:%Y-%m-%d %H:%M}"
