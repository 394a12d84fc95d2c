"""What is told to people outside of the portal: a row for each recipient, which workers deliver."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from .policy import Firing
from .run import Run


class Notice(models.Model):
    """Written in the transaction that decides what is told, delivered afterwards, and again until it has arrived.

    It tells of a firing, or of a run. `about`: what of it; nobody is told of the same thing twice. `to`: an e-mail
    address, where a webhook is sent, or # and a Slack channel's id. `data`: the same as `text`, for programs. `due_at`:
    when it is tried next, None: it is over. `cursor`: Slack's name of the page of the channel to which the search for
    an earlier try of it has come.
    """

    class Status(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Not delivered")

    firing = models.ForeignKey(
        Firing, null=True, on_delete=models.CASCADE, related_name="notices", verbose_name=_("firing")
    )
    run = models.ForeignKey(Run, null=True, on_delete=models.CASCADE, related_name="notices", verbose_name=_("run"))
    about = models.CharField(max_length=40)
    to = models.CharField(_("to"), max_length=254)
    subject = models.CharField(_("subject"), max_length=200)
    text = models.TextField(_("text"))
    data = models.JSONField(default=dict)
    status = models.CharField(_("status"), max_length=8, choices=Status.choices, default=Status.WAITING)
    created_at = models.DateTimeField(_("time"))
    due_at = models.DateTimeField(_("tried next"), null=True)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    error = models.TextField(_("why not"), blank=True)
    cursor = models.TextField(blank=True, default="", db_default="", editable=False)
    sent_at = models.DateTimeField(_("sent"), null=True)

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["firing", "about", "to"], name="notice_once"),
            models.UniqueConstraint(fields=["run", "about", "to"], name="notice_once_of_run"),
        ]
        indexes = [models.Index(fields=["due_at"], name="notice_due")]

    def __str__(self) -> str:
        return self.subject
