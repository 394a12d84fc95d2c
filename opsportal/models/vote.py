"""One person's word on a question that may need several."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from .approval import Approval


class Vote(models.Model):
    """`digest` is that of what this person was shown. A vote of somebody who left is withdrawn while it is open."""

    approval = models.ForeignKey(Approval, on_delete=models.CASCADE, related_name="votes")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    approve = models.BooleanField()
    reason = models.TextField(blank=True)
    digest = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("vote")
        verbose_name_plural = _("votes")
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["approval", "by"], name="vote_once_per_person")]

    def __str__(self) -> str:
        return f"{self.by}: {self.reason}" if self.reason else str(self.by)
