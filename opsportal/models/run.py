"""One execution of a runbook on an environment."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from .environment import Environment


class Run(models.Model):
    """`glass_by`, `glass_reason`: who broke the glass of a freeze for this run, and why.

    `retried_by`: who last had it, or its undo, tried again.
    `purged_at`: when retention last took lines of it; what is left begins after them.
    """

    class Status(models.TextChoices):
        PLANNING = "planning", _("Planning")
        RUNNING = "running", _("Running")
        ASKING = "asking", _("Asking")
        CANCELLING = "cancelling", _("Cancelling")
        UNDOING = "undoing", _("Undoing")
        SUCCEEDED = "succeeded", _("Succeeded")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Cancelled")
        UNDONE = "undone", _("Undone")
        UNDO_FAILED = "undo_failed", _("Undo failed")

    OPEN = (Status.PLANNING, Status.RUNNING, Status.ASKING, Status.CANCELLING, Status.UNDOING)
    ENDED = (Status.SUCCEEDED, Status.FAILED, Status.CANCELLED, Status.UNDONE, Status.UNDO_FAILED)

    runbook = models.CharField(_("runbook"), max_length=100)
    environment = models.ForeignKey(
        Environment, on_delete=models.PROTECT, related_name="runs", verbose_name=_("environment")
    )
    params = models.JSONField(_("parameters"), default=dict)
    status = models.CharField(_("status"), max_length=20, choices=Status.choices, default=Status.PLANNING)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, verbose_name=_("started by"), related_name="+"
    )
    caller = models.CharField(max_length=150)
    key = models.CharField(max_length=100)
    digest = models.CharField(max_length=64)
    reason = models.TextField(_("reason"), blank=True)
    events = models.PositiveIntegerField(default=0)
    touched = models.PositiveIntegerField(default=0)  # written by the release before, to hold the row
    usual_seconds = models.FloatField(null=True)
    retried_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    glass_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    glass_reason = models.TextField(blank=True, default="", db_default="")
    firing = models.ForeignKey("Firing", null=True, on_delete=models.SET_NULL, related_name="runs")
    created_at = models.DateTimeField(_("started"))
    cancel_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(_("ended"), null=True)
    purged_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("run")
        verbose_name_plural = _("runs")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["caller", "key"], name="run_once_per_caller_and_key"),
        ]
        indexes = [
            models.Index(fields=["status"], name="run_status"),
            models.Index(fields=["environment", "runbook", "-id"], name="run_history"),
            models.Index(fields=["ended_at"], name="run_ended"),
        ]

    def __str__(self) -> str:
        return f"{self.runbook} #{self.pk}"

    @property
    def is_open(self) -> bool:
        return self.status in self.OPEN
