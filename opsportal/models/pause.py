"""The stop button: while a pause is open, no changing call is sent, in one environment or in all."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from .environment import Environment


class Pause(models.Model):
    """Without an environment it holds everywhere. `by` is empty when opsportal itself paused, after a restore."""

    environment = models.ForeignKey(
        Environment,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="pauses",
        verbose_name=_("environment"),
    )
    reason = models.CharField(_("reason"), max_length=300)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("paused by")
    )
    begun_at = models.DateTimeField(_("paused"))
    ended_at = models.DateTimeField(_("ended"), null=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("ended by")
    )

    class Meta:
        verbose_name = _("pause")
        verbose_name_plural = _("pauses")
        ordering = ["-id"]
        indexes = [models.Index(fields=["ended_at", "environment"], name="pause_open")]

    def __str__(self) -> str:
        return self.reason
