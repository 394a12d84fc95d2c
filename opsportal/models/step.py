"""One node of a run's graph: what it needs, where it stands, and when somebody has to look at it again."""

from datetime import datetime

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from .run import Run


class Step(models.Model):
    """`wake_at`: not claimed before. `nudge_at`: when the pump sends a nudge; empty for what needs none.

    `fence` rises with each claim. `budget`: seconds of its own time left while `deadline_at` stands still.
    """

    class Status(models.TextChoices):
        BLOCKED = "blocked", _("Blocked")
        QUEUED = "queued", _("Queued")
        DUE = "due", _("Due")
        RUNNING = "running", _("Running")
        ASKING = "asking", _("Asking")
        SUCCEEDED = "succeeded", _("Succeeded")
        FAILED = "failed", _("Failed")
        SKIPPED = "skipped", _("Skipped")
        CANCELLED = "cancelled", _("Cancelled")
        ABANDONED = "abandoned", _("Abandoned")
        UNDONE = "undone", _("Undone")

    ACTIVE = (Status.QUEUED, Status.DUE, Status.RUNNING, Status.ASKING)
    OPEN = (Status.BLOCKED, *ACTIVE)
    ENDED = (
        Status.SUCCEEDED,
        Status.FAILED,
        Status.SKIPPED,
        Status.CANCELLED,
        Status.ABANDONED,
        Status.UNDONE,
    )

    class Phase(models.TextChoices):
        DO = "do", _("Do")
        UNDO = "undo", _("Undo")

    # Of the claim by the worker that holds this object, by the database and, not later, by `clock.uptime`; no columns.
    claimed_at: datetime
    claimed_uptime: float

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="steps")
    key = models.CharField(max_length=120)
    position = models.PositiveIntegerField(default=0)
    action = models.CharField(max_length=100)
    queue = models.CharField(max_length=20, default="engine")
    phase = models.CharField(max_length=4, choices=Phase.choices, default=Phase.DO)
    gate = models.BooleanField(default=False)  # asks before an undo
    needs = models.JSONField(default=list)
    undo_needs = models.JSONField(default=list)
    locks = models.JSONField(default=list)
    lock_versions = models.JSONField(default=dict)
    input = models.JSONField(default=dict)
    status = models.CharField(max_length=20, choices=Status.choices, default=Status.BLOCKED)

    wake_at = models.DateTimeField(null=True)
    nudge_at = models.DateTimeField(null=True)
    nudges = models.PositiveSmallIntegerField(default=0)
    queued_at = models.DateTimeField(null=True)
    stranded_at = models.DateTimeField(null=True)
    held_at = models.DateTimeField(null=True)  # since when a pause or a freeze keeps it from changing anything

    fence = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    takeovers = models.PositiveSmallIntegerField(default=0)
    failures = models.PositiveSmallIntegerField(default=0)

    try_no = models.PositiveSmallIntegerField(default=1)
    acted = models.BooleanField(default=False)
    unchanged = models.BooleanField(default=False)
    answer = models.JSONField(null=True)
    memory = models.JSONField(default=dict)
    memory_version = models.PositiveSmallIntegerField(default=1)
    output = models.JSONField(default=dict)
    reason = models.TextField(blank=True)
    cause = models.TextField(blank=True)
    note = models.CharField(max_length=200, blank=True)
    progress_done = models.PositiveIntegerField(default=0)
    progress_of = models.PositiveIntegerField(default=0)

    usual_seconds = models.FloatField(null=True)
    budget = models.FloatField(default=3600)
    timeout = models.FloatField(default=3600)
    deadline_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("step")
        verbose_name_plural = _("steps")
        ordering = ["run", "position"]
        constraints = [
            models.UniqueConstraint(fields=["run", "key"], name="step_key_once_per_run"),
        ]
        indexes = [
            models.Index(fields=["nudge_at"], name="step_nudge_at"),
            models.Index(fields=["run", "nudge_at"], name="step_next"),
        ]

    def __str__(self) -> str:
        return gettext("{step} of run {run}").format(step=self.key, run=self.run_id)
