"""A changing AWS call that was about to be sent: written before, answered after, so that a crash can tell."""

from django.db import models

from .step import Step


class Intent(models.Model):
    """`answer`: "" while it is not known, else "ok" or the error code AWS refused the call with."""

    step = models.ForeignKey(Step, on_delete=models.CASCADE, related_name="intents")
    try_no = models.PositiveSmallIntegerField()
    n = models.PositiveIntegerField()
    phase = models.CharField(max_length=4)
    call = models.CharField(max_length=100)
    digest = models.CharField(max_length=64)
    token = models.CharField(max_length=64)
    sent_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=100, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["step", "phase", "try_no", "n"], name="intent_once"),
        ]

    def __str__(self) -> str:
        return f"{self.call} {self.token}"
