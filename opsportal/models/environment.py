"""An AWS account, its regions, the role to assume there, and the variables blueprints may refer to."""

import re
import secrets
from typing import Any

from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords  # type: ignore[import-untyped]

from .calendar import Calendar

REGION = re.compile(r"^[a-z]{2}(-[a-z]+)+-\d$")
PROBE = re.compile(r"^https?://[A-Za-z0-9.-]+(:\d+)?(/[^\s]*)?$")
VARIABLE = re.compile(r"^[a-z][a-z0-9_]{0,62}$")
CHANNEL = re.compile(r"^[CG][A-Z0-9]{2,19}$")
ON_DUTY = re.compile(r"^[SUW][A-Z0-9]{2,19}$")


def new_external_id() -> str:
    """The secret half of the trust policy. AWS IAM User Guide: Access to AWS accounts owned by third parties."""
    return f"opsportal-{secrets.token_urlsafe(24)}"


def validate_regions(value: Any) -> None:
    if not isinstance(value, list) or not value:
        raise ValidationError(_("Give at least one region, such as [“eu-central-1”]."))
    for region in value:
        if not isinstance(region, str) or not REGION.match(region):
            raise ValidationError(_("“%(region)s” is not the name of an AWS region."), params={"region": region})


def validate_variables(value: Any) -> None:
    if not isinstance(value, dict):
        raise ValidationError(_("Variables are a JSON object of names and values."))
    for name, content in value.items():
        if not VARIABLE.match(name):
            raise ValidationError(
                _("Variable “%(name)s”: use small letters, digits and _, a letter first."), params={"name": name}
            )
        if not isinstance(content, str | int | float | bool):
            raise ValidationError(
                _("Variable “%(name)s” has to be a text, a number, true or false."), params={"name": name}
            )


def validate_probes(value: str) -> None:
    for address in value.split():
        if not PROBE.match(address):
            raise ValidationError(
                _("“%(address)s” is no address that begins with https:// or http://."), params={"address": address}
            )


class Environment(models.Model):
    name = models.SlugField(
        _("name"),
        max_length=40,
        unique=True,
        validators=[RegexValidator(r"^[a-z][a-z0-9-]*$", _("Use small letters, digits and -, a letter first."))],
        help_text=_("Stack names begin with it, such as dev or prod-seoul."),
    )
    account = models.CharField(
        _("account id"),
        max_length=12,
        validators=[RegexValidator(r"^\d{12}$", _("An AWS account id has 12 digits."))],
        help_text=_("Pinned: nothing is done when AWS answers from another account."),
    )
    regions = models.JSONField(
        _("regions"), validators=[validate_regions], help_text=_("A JSON list; the first is where stacks are deployed.")
    )
    role_arn = models.CharField(
        _("role ARN"),
        max_length=200,
        blank=True,
        validators=[RegexValidator(r"^arn:aws[a-z-]*:iam::\d{12}:role/[\w+=,.@/-]+$", _("This is not a role's ARN."))],
        help_text=_("The role the workers assume. Empty: the workers' own credentials."),
    )
    external_id = models.CharField(_("external id"), max_length=100, default=new_external_id, editable=False)
    service_role_arn = models.CharField(
        _("CloudFormation service role ARN"),
        max_length=200,
        blank=True,
        validators=[RegexValidator(r"^arn:aws[a-z-]*:iam::\d{12}:role/[\w+=,.@/-]+$", _("This is not a role's ARN."))],
        help_text=_("The role CloudFormation works with. Empty: the rights of the role above."),
    )
    variables = models.JSONField(
        _("variables"),
        default=dict,
        blank=True,
        validators=[validate_variables],
        help_text=_(
            "Values for the variables of blueprints, as a JSON object. "
            "Secrets go in as references to Secrets Manager or SSM, never as text."
        ),
    )
    probes = models.TextField(
        _("addresses"),
        blank=True,
        default="",
        db_default="",
        validators=[validate_probes],
        help_text=_("What has to be reachable from outside, with its path, one a line: https://shop.example.com/admin"),
    )
    slack_channel = models.CharField(
        _("Slack channel"),
        max_length=20,
        blank=True,
        default="",
        db_default="",
        validators=[RegexValidator(CHANNEL, _("A channel’s id begins with C or G, such as C0123456789."))],
        help_text=_("Its id, shown at the end of the channel’s About tab. Each run has one message there."),
    )
    slack_on_duty = models.CharField(
        _("on duty in Slack"),
        max_length=20,
        blank=True,
        default="",
        db_default="",
        validators=[RegexValidator(ON_DUTY, _("Write the id of a user group (S…) or of a person (U…)."))],
        help_text=_("Who is called when a run asks, or fails and whoever started it is not known in Slack."),
    )
    tell = models.TextField(
        _("tell"),
        blank=True,
        default="",
        db_default="",
        help_text=_(
            "Who is told when a run asks or fails, or somebody breaks the glass of a freeze: e-mail addresses or "
            "https:// addresses of webhooks, one a line."
        ),
    )
    protected = models.BooleanField(
        _("protected"), default=False, help_text=_("Every change is approved by a person other than the requester.")
    )
    requester_may_approve = models.BooleanField(
        _("one-person team"),
        default=False,
        help_text=_("The requester may answer too, by typing the environment's name; that is kept on record."),
    )
    changes_at_once = models.PositiveSmallIntegerField(
        _("changes at once"),
        default=10,
        validators=[MinValueValidator(1)],
        help_text=_("How many steps may change this environment at the same time."),
    )
    approvals_needed = models.PositiveSmallIntegerField(
        _("approvals needed"),
        default=1,
        db_default=1,
        validators=[MinValueValidator(1), MaxValueValidator(9)],
        help_text=_("How many people have to approve a change that asks for another person."),
    )
    approvers = models.ForeignKey(
        Group,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("approvers"),
        help_text=_("Only members of this group may approve. Empty: whoever has the right to."),
    )
    approval_hours = models.PositiveSmallIntegerField(
        _("hours to approve"),
        default=24,
        db_default=24,
        validators=[MinValueValidator(1), MaxValueValidator(30 * 24)],
        help_text=_("A question that nobody answers in this time is rejected."),
    )
    calendar = models.ForeignKey(
        Calendar,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="environments",
        verbose_name=_("freeze calendar"),
        help_text=_("Changes that fall into a freeze wait for its end."),
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    changed_at = models.DateTimeField(_("changed"), auto_now=True)
    history = HistoricalRecords(excluded_fields=["external_id", "created_at", "changed_at"])

    class Meta:
        verbose_name = _("environment")
        verbose_name_plural = _("environments")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(condition=models.Q(changes_at_once__gte=1), name="environment_changes_at_once"),
            models.CheckConstraint(condition=models.Q(approvals_needed__gte=1), name="environment_approvals_needed"),
        ]
        permissions = [
            ("operate_environment", _("Can start, cancel, retry and undo runs, and pause changes")),
            ("approve_environment", _("Can answer approvals")),
        ]

    def __str__(self) -> str:
        return self.name
