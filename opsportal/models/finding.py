"""What a check found about one resource, and what has become of it since."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from .environment import Environment
from .run import Run


class Finding(models.Model):
    """`fingerprint`: sha256 of environment id, region, check and resource, as hex: what a finding is known by.

    `usd`: a month; `price`: the list price it was reckoned with, its region and date. `seen_run`: the last sweep that
    saw it. One that is no longer true is closed by a sweep that read all it needed, and opened again, with its
    history, when it comes back. `until`: of a snooze or an exemption. `mark`: the day after which its resource may be
    cleaned up, and the tags it had when it was marked.
    """

    class Severity(models.IntegerChoices):
        CRITICAL = 4, _("Critical")
        HIGH = 3, _("High")
        MEDIUM = 2, _("Medium")
        LOW = 1, _("Low")

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        ACKNOWLEDGED = "acknowledged", _("Acknowledged")
        SNOOZED = "snoozed", _("Snoozed")
        EXEMPT = "exempt", _("Exempt")
        CLOSED = "closed", _("Closed")

    STANDING = (State.OPEN, State.ACKNOWLEDGED, State.SNOOZED, State.EXEMPT)

    fingerprint = models.CharField(max_length=64, unique=True)
    environment = models.ForeignKey(
        Environment,
        on_delete=models.CASCADE,
        related_name="findings",
        verbose_name=_("environment"),
        db_index=False,  # two of the indexes below begin with it
    )
    region = models.CharField(_("region"), max_length=30)
    check_name = models.CharField(_("check"), max_length=60)
    resource = models.CharField(_("resource"), max_length=400)
    name = models.CharField(_("name"), max_length=200, blank=True)
    owner = models.CharField(_("owner"), max_length=200, blank=True)
    severity = models.PositiveSmallIntegerField(_("severity"), choices=Severity.choices)
    detail = models.TextField(_("what"))
    advice = models.TextField(_("next"))
    usd = models.DecimalField(_("$ a month"), max_digits=14, decimal_places=2, null=True)
    price = models.JSONField(null=True)
    evidence = models.JSONField(default=dict)
    tags = models.JSONField(default=dict)
    state = models.CharField(_("state"), max_length=12, choices=State.choices, default=State.OPEN)
    until = models.DateTimeField(_("until"), null=True)
    reason = models.TextField(_("reason"), blank=True)
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("assigned to"),
        db_index=False,  # one of the indexes below begins with it
    )
    marked_at = models.DateTimeField(_("marked"), null=True)
    mark = models.JSONField(null=True)
    first_seen = models.DateTimeField(_("first seen"))
    last_seen = models.DateTimeField(_("last seen"))
    seen_run = models.ForeignKey(Run, null=True, on_delete=models.SET_NULL, related_name="+")
    times_seen = models.PositiveIntegerField(default=1)
    opened_at = models.DateTimeField(_("open since"))
    closed_at = models.DateTimeField(_("closed"), null=True)

    class Meta:
        verbose_name = _("finding")
        verbose_name_plural = _("findings")
        ordering = ["-severity", "-usd", "id"]
        indexes = [
            models.Index(fields=["state", "-severity", "-usd", "id"], name="finding_worst"),
            models.Index(fields=["state", "-usd", "id"], name="finding_usd"),
            models.Index(fields=["state", "opened_at", "id"], name="finding_age"),
            models.Index(fields=["environment", "check_name", "region", "state"], name="finding_of_check"),
            models.Index(fields=["state", "until"], name="finding_until"),
            models.Index(fields=["environment", "state", "-severity", "-usd", "id"], name="finding_of_place"),
            models.Index(fields=["check_name", "state", "-severity", "-usd", "id"], name="finding_by_check"),
            models.Index(fields=["owner", "state", "-severity", "-usd", "id"], name="finding_by_owner"),
            models.Index(fields=["assigned_to", "state", "-severity", "-usd", "id"], name="finding_mine"),
            models.Index(fields=["state", "closed_at", "environment", "usd"], name="finding_recovered"),
            models.Index(fields=["opened_at", "environment", "usd"], name="finding_found"),
        ]
        permissions = [("export_finding", _("Can export findings"))]

    def __str__(self) -> str:
        return f"{self.check_name}: {self.resource}"


class FindingChange(models.Model):
    """One line of a finding's history; nothing is ever taken back.

    `by`: a person's name; empty: a sweep, or the end of a snooze or an exemption.
    """

    class Kind(models.TextChoices):
        FOUND = "found", _("Found")
        CLOSED = "closed", _("Not true any more")
        REOPENED = "reopened", _("Found again")
        ACKNOWLEDGED = "acknowledged", _("Acknowledged")
        SNOOZED = "snoozed", _("Snoozed")
        EXEMPTED = "exempted", _("Exempted")
        OPENED = "opened", _("Opened again")
        ASSIGNED = "assigned", _("Assigned")
        MARKED = "marked", _("Marked for clean-up")
        UNMARKED = "unmarked", _("Mark taken back")
        CLEANED = "cleaned", _("Cleaned up")

    finding = models.ForeignKey(Finding, on_delete=models.CASCADE, related_name="changes")
    at = models.DateTimeField()
    kind = models.CharField(max_length=12, choices=Kind.choices)
    by = models.CharField(max_length=150, blank=True)
    text = models.TextField(blank=True)
    run = models.ForeignKey(Run, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["kind", "at"], name="finding_change_kind")]

    def __str__(self) -> str:
        return f"{self.kind} {self.at}"
