"""A question a step asked, and who answered what and when."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from .step import Step


class Approval(models.Model):
    """`shown` is all that was put before the person; the answer is bound to its `digest`.

    `needed`: how many have to approve.
    """

    class Status(models.TextChoices):
        OPEN = "open", _("Open")
        APPROVED = "approved", _("Approved")
        REJECTED = "rejected", _("Rejected")
        EXPIRED = "expired", _("Expired")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    step = models.ForeignKey(Step, on_delete=models.CASCADE, related_name="approvals")
    number = models.PositiveSmallIntegerField()
    question = models.CharField(_("question"), max_length=300)
    shown = models.JSONField(default=dict)
    digest = models.CharField(max_length=64)
    other_person = models.BooleanField(default=True)
    needed = models.PositiveSmallIntegerField(default=1, db_default=1)
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.OPEN)
    asked_at = models.DateTimeField(_("asked"))
    expires_at = models.DateTimeField(_("expires"))
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("answered by")
    )
    answered_at = models.DateTimeField(_("answered"), null=True)
    reason = models.TextField(_("reason"), blank=True)

    class Meta:
        verbose_name = _("approval")
        verbose_name_plural = _("approvals")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["step", "number"], name="approval_number_once_per_step"),
        ]
        indexes = [models.Index(fields=["status", "-id"], name="approval_status")]

    def __str__(self) -> str:
        return self.question
