"""What is done again and again: a runbook on environments, by a schedule, and how far it may act."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django_celery_beat.models import PeriodicTask
from simple_history.models import HistoricalRecords  # type: ignore[import-untyped]

from .environment import Environment


class Policy(models.Model):
    """`params`: the runbook's parameters; those of a sweep are its checks with their limits.

    `next_due` advances by compare-and-set in the transaction that makes the Firing, so that any number of Beats fire
    once; Beat's own row, `periodic_task`, only nudges. `edited_by`: who wrote it last and speaks for what it starts.
    """

    class Degree(models.TextChoices):
        REPORT = "report", _("Report")
        MARK = "mark", _("Report and mark")
        CLEAN = "clean", _("Report, mark and clean up")

    class Overlap(models.TextChoices):
        SKIP = "skip", _("Skip it")
        QUEUE = "queue", _("Start it afterwards")

    name = models.CharField(_("name"), max_length=80, unique=True)
    runbook = models.CharField(_("runbook"), max_length=100, default="sweep")
    params = models.JSONField(_("parameters"), default=dict)
    environments = models.ManyToManyField(Environment, related_name="policies", verbose_name=_("environments"))
    cron = models.CharField(_("schedule"), max_length=120, help_text=_("Minute, hour, day, month, weekday: 0 13 * * *"))
    timezone = models.CharField(_("time zone"), max_length=60, default="UTC")
    overlap = models.CharField(
        _("when the one before still runs"), max_length=5, choices=Overlap.choices, default=Overlap.SKIP
    )
    degree = models.CharField(_("may"), max_length=6, choices=Degree.choices, default=Degree.REPORT)
    grace_days = models.PositiveSmallIntegerField(
        _("days between marking and clean-up"), default=7, validators=[MinValueValidator(1), MaxValueValidator(365)]
    )
    max_changes = models.PositiveSmallIntegerField(
        _("at most so many deletions a run"), default=20, validators=[MinValueValidator(1), MaxValueValidator(1000)]
    )
    max_percent = models.PositiveSmallIntegerField(
        _("and at most this share of what was read, in %"),
        default=10,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
    )
    tell = models.JSONField(_("tell"), default=list, blank=True)
    enabled = models.BooleanField(_("enabled"), default=True)
    next_due = models.DateTimeField(_("next"), null=True, editable=False)
    edited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("speaks for")
    )
    periodic_task = models.OneToOneField(PeriodicTask, null=True, on_delete=models.SET_NULL, editable=False)
    history = HistoricalRecords(excluded_fields=["next_due", "periodic_task"], m2m_fields=[environments])

    class Meta:
        verbose_name = _("policy")
        verbose_name_plural = _("policies")
        ordering = ["name"]
        indexes = [models.Index(fields=["enabled", "next_due"], name="policy_next_due")]

    def __str__(self) -> str:
        return self.name


class Firing(models.Model):
    """One time that a policy was due, or somebody ran it: made with the advance of `next_due`, then its runs start.

    A crash in between is found by the pump, and the runs' keys let each start once. `missed`: how many times before it
    passed while nothing was there to fire. `told`: how many of its runs had ended when people were last told of it, -1:
    they never were, None: there is nothing more to tell. `key`: sha256, as hex, of who ran it by hand and the key
    they sent along.
    """

    class Status(models.TextChoices):
        WAITING = "waiting", _("Waits for the one before")
        STARTING = "starting", _("Starting")
        STARTED = "started", _("Started")
        SKIPPED = "skipped", _("Skipped")
        FAILED = "failed", _("Not started")

    OPEN = (Status.WAITING, Status.STARTING)

    policy = models.ForeignKey(Policy, on_delete=models.CASCADE, related_name="firings")
    due_at = models.DateTimeField(_("due"))
    fired_at = models.DateTimeField(_("fired"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    missed = models.PositiveIntegerField(_("missed before"), default=0)
    status = models.CharField(_("status"), max_length=8, choices=Status.choices, default=Status.STARTING)
    reason = models.TextField(_("reason"), blank=True)
    key = models.CharField(max_length=64, null=True, editable=False)
    told = models.SmallIntegerField(null=True, editable=False)

    class Meta:
        verbose_name = _("firing")
        verbose_name_plural = _("firings")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["policy", "due_at"], name="firing_once"),
            models.UniqueConstraint(fields=["policy", "key"], name="firing_key_once"),
        ]
        indexes = [
            models.Index(fields=["status"], name="firing_status"),
            models.Index(fields=["told"], name="firing_told"),
        ]

    def __str__(self) -> str:
        return f"{self.policy_id} {self.due_at:%Y-%m-%d %H:%M}"
