"""A change of what guards an environment: it takes an administrator and a second one."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from .environment import Environment


class Proposal(models.Model):
    """`changes`: by field, what it was and what it is to be. At most one is open for an environment."""

    class Status(models.TextChoices):
        OPEN = "open", _("Open")
        DONE = "done", _("Done")
        REJECTED = "rejected", _("Rejected")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    environment = models.ForeignKey(Environment, on_delete=models.CASCADE, related_name="proposals")
    changes = models.JSONField(default=dict)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("proposed"))
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.OPEN)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(_("decided"), null=True)

    class Meta:
        verbose_name = _("proposed change")
        verbose_name_plural = _("proposed changes")
        ordering = ["-id"]
        indexes = [models.Index(fields=["environment", "status"], name="proposal_open")]

    def __str__(self) -> str:
        return ", ".join(self.changes)
