"""One line of what happened, numbered within its run without gaps; never changed, never reordered."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from .run import Run


class Event(models.Model):
    class Level(models.TextChoices):
        INFO = "info", _("Info")
        WARNING = "warning", _("Warning")
        ERROR = "error", _("Error")

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="lines")
    number = models.PositiveIntegerField()
    at = models.DateTimeField()
    level = models.CharField(max_length=10, choices=Level.choices, default=Level.INFO)
    step_key = models.CharField(max_length=120, blank=True)
    text = models.TextField()
    data = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ["run", "number"]
        constraints = [
            models.UniqueConstraint(fields=["run", "number"], name="event_number_once_per_run"),
        ]

    def __str__(self) -> str:
        return self.text
