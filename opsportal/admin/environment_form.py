"""The form of an environment: regions in one line, variables as JSON, errors as sentences."""

import json
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from .. import guards, proposals, redaction
from ..errors import Invalid
from ..models import Environment
from ..models.environment import validate_regions, validate_variables
from ..pages.fields import LONGEST, parsed
from ..telling import recipients


class EnvironmentForm(forms.ModelForm):  # type: ignore[type-arg]
    regions = forms.CharField(
        label=gettext_lazy("Regions"),
        widget=UnfoldAdminTextInputWidget({"placeholder": "eu-central-1, us-east-1"}),
        help_text=gettext_lazy("Separated by commas; the first is where stacks are deployed."),
    )
    variables = forms.CharField(
        label=gettext_lazy("Variables"),
        required=False,
        max_length=LONGEST,
        widget=UnfoldAdminTextareaWidget(
            {"rows": 8, "spellcheck": "false", "placeholder": '{"domain": "example.com"}'}
        ),
        help_text=gettext_lazy(
            "Values for the variables of blueprints, as a JSON object. Secrets go in as references to Secrets Manager "
            "or SSM, never as text."
        ),
    )

    tell = forms.CharField(
        label=gettext_lazy("Tell"),
        required=False,
        max_length=LONGEST,
        widget=UnfoldAdminTextareaWidget({"rows": 3, "placeholder": "ops@example.com"}),
        help_text=gettext_lazy(
            "Who is told when a run asks or fails, or somebody breaks the glass of a freeze: e-mail addresses or "
            "https:// addresses of webhooks, one a line."
        ),
    )

    class Meta:
        model = Environment
        fields = (
            "name",
            "account",
            "regions",
            "role_arn",
            "service_role_arn",
            "variables",
            "protected",
            "requester_may_approve",
            "approvals_needed",
            "approvers",
            "approval_hours",
            "calendar",
            "changes_at_once",
            *("slack_channel", "slack_on_duty", "tell"),
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["regions"] = ", ".join(self.instance.regions)
            self.initial["variables"] = json.dumps(self.instance.variables, indent=2, ensure_ascii=False)

    def clean_regions(self) -> list[str]:
        regions = [part.strip(" \"'[]") for part in self.cleaned_data["regions"].split(",")]
        regions = [part for part in regions if part]
        validate_regions(regions)
        return list(dict.fromkeys(regions))

    def clean_variables(self) -> dict[str, Any]:
        text = self.cleaned_data["variables"].strip()
        if not text:
            return {}
        try:
            variables = parsed("variables", text)
        except Invalid as error:
            raise ValidationError(error.message) from None
        validate_variables(variables)
        refuse_secrets(variables)
        return dict(variables)

    def clean_tell(self) -> str:
        try:
            return "\n".join(recipients.recipients(self.cleaned_data["tell"].splitlines()))
        except Invalid as error:
            raise ValidationError(error.message) from None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        account = cleaned.get("account")
        for name in ("role_arn", "service_role_arn"):
            arn = cleaned.get(name) or ""
            theirs = [*arn.split(":"), "", "", "", "", ""][4]
            if account and theirs and theirs != account:
                text = _("This role is in account %(theirs)s, the environment in %(ours)s.")
                self.add_error(name, text % {"theirs": theirs, "ours": account})
        self.refuse_second_proposal()
        return cleaned

    def refuse_second_proposal(self) -> None:
        """What guards the environment is left alone while a change of it waits for somebody."""
        touched = [name for name in guards.FIELDS if name in self.changed_data] if self.instance.pk else []
        known = proposals.open_for(self.instance) if touched else None
        if known:
            for name in touched:
                self.add_error(name, proposals.waiting(known))


def refuse_secrets(variables: dict[str, Any]) -> None:
    """Raises ValidationError for a value that is a secret, by its name or by its look."""
    shown = redaction.data(variables)
    if hidden := [name for name, content in variables.items() if shown.get(name) != content]:
        text = _("%(names)s looks like a secret. Put a reference there, such as {{resolve:secretsmanager:name}}.")
        raise ValidationError(text % {"names": ", ".join(hidden)})
