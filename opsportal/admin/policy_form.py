"""The form of a policy: a field for each limit of each check, or for each parameter of another runbook."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from .. import catalog, checks, clock, policies, schedules
from ..catalog import Runbook
from ..checks import Check
from ..errors import Invalid
from ..models import Policy
from ..models.environment import validate_regions
from ..pages import fields, policy, start
from ..pages.fields import Field
from ..telling import recipients

GROUPS = {
    "cost": gettext_lazy("Cost"),
    "reliability": gettext_lazy("Reliability"),
    "security": gettext_lazy("Security"),
}
PARAMS = "params."  # before the name of each parameter's control


@dataclass(frozen=True)
class Section:
    """A check to tick, and its limits."""

    check: Check
    chosen: bool
    fields: list[Field]

    @property
    def wrong(self) -> bool:
        return any(field.wrong for field in self.fields)


class PolicyForm(forms.ModelForm):  # type: ignore[type-arg]
    regions = forms.CharField(
        label=gettext_lazy("Regions"),
        required=False,
        widget=UnfoldAdminTextInputWidget({"placeholder": "eu-central-1, us-east-1"}),
        help_text=gettext_lazy("Separated by commas. Empty: all regions of each environment."),
    )
    tell = forms.CharField(
        label=gettext_lazy("Tell"),
        required=False,
        max_length=5000,
        widget=UnfoldAdminTextareaWidget({"rows": 3, "placeholder": "ops@example.com"}),
        help_text=gettext_lazy("E-mail addresses or https:// addresses of webhooks, one a line."),
    )
    runbook = policies.SWEEP  # set by the view: what it is to run

    class Meta:
        model = Policy
        fields = (
            *("name", "environments", "regions", "cron", "timezone", "overlap", "degree", "grace_days", "max_changes"),
            *("max_percent", "tell", "enabled"),
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.wrong: Mapping[str, str] = {}
        self.initial["regions"] = ", ".join(self.instance.params.get("regions") or ())
        self.initial["tell"] = "\n".join(self.instance.tell)
        self.fields["environments"].widget.can_add_related = False
        if times := self.upcoming():
            self.fields["cron"].help_text = _("Next: %(times)s.") % {"times": ", ".join(times)}

    def clean_regions(self) -> list[str]:
        regions = [part.strip() for part in self.cleaned_data["regions"].split(",") if part.strip()]
        if regions:
            validate_regions(regions)
        return list(dict.fromkeys(regions))

    def clean_tell(self) -> list[str]:
        return list(said(recipients.recipients, self.cleaned_data["tell"].splitlines()))

    def clean_cron(self) -> str:
        cron = " ".join(str(self.cleaned_data["cron"]).split())
        said(schedules.parsed, cron)
        return cron

    def clean_timezone(self) -> str:
        return str(said(schedules.located, self.cleaned_data["timezone"].strip()))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if "cron" in cleaned and "timezone" in cleaned:
            try:
                schedules.next_after(cleaned["cron"], cleaned["timezone"], clock.now())
            except Invalid as error:
                self.add_error("cron", error.message)
        self.instance.runbook = self.runbook
        try:
            self.instance.params = policies.parameters(self.runbook, self.typed(cleaned.get("regions") or []))
        except Invalid as error:
            before = "" if self.runbook == policies.SWEEP else PARAMS
            self.wrong = {before + name.removeprefix(before): text for name, text in error.fields.items()}
            self.add_error(None, _("What it does can’t be saved like this. Look at what is marked below."))
        return cleaned

    def typed(self, regions: list[str]) -> dict[str, Any]:
        """The runbook's parameters as they were typed. Raises Invalid."""
        book = catalog.runbook(self.runbook)
        if self.runbook != policies.SWEEP:
            return fields.read(book.params, self.data, PARAMS) if book else {}  # type: ignore[arg-type]
        names = self.data.getlist("checks")  # type: ignore[attr-defined]
        known = [check for check in map(checks.check, names) if check]
        limits = {check.name: fields.read(check.limits, self.data, prefix(check)) for check in known}  # type: ignore[arg-type]
        return {"checks": names, "regions": regions, "limits": limits}

    @cached_property
    def sections(self) -> list[Section]:
        """Each check there is; what is known of the limits fills their fields."""
        params, typed = self.instance.params, self.data if self.is_bound else None
        chosen = self.data.getlist("checks") if self.is_bound else params.get("checks", ())  # type: ignore[attr-defined]
        values = params.get("limits", {})
        return [
            Section(
                check,
                check.name in chosen,
                fields.fields(check.limits, values.get(check.name, {}), self.wrong, typed, prefix(check)),  # type: ignore[arg-type]
            )
            for check in (checks.checks() if self.runbook == policies.SWEEP else ())
        ]

    def groups(self) -> list[tuple[Any, list[Section]]]:
        """The checks by what they are about, with its title."""
        found = [
            (title, [each for each in self.sections if each.check.group == name]) for name, title in GROUPS.items()
        ]
        return [(title, members) for title, members in found if members]

    @cached_property
    def parameters(self) -> list[Field]:
        """The fields of another runbook; secrets have to be typed again."""
        book = catalog.runbook(self.runbook)
        if book is None or self.runbook == policies.SWEEP:
            return []
        values, hidden = start.without_secrets(self.instance.params)
        again = {PARAMS + name: _("A secret is not shown. Fill it in again.") for name in hidden}
        typed = self.data if self.is_bound else None
        return fields.fields(book.params, values, self.wrong or again, typed, PARAMS)  # type: ignore[arg-type]

    def elsewhere(self) -> list[str]:
        """What is wrong with no field that is shown."""
        shown = {field.name for section in self.sections for field in section.fields}
        shown |= {field.name for field in self.parameters} | {"checks"}
        return [text for name, text in self.wrong.items() if not any(name.startswith(each) for each in shown)]

    def upcoming(self) -> list[str]:
        """The next three times, in its zone, of what was typed or is stored."""
        source = self.data if self.is_bound else vars(self.instance)
        draft = Policy(cron=source.get("cron", ""), timezone=source.get("timezone", ""))
        return policy.upcoming(draft)

    def title(self) -> str:
        return catalog.title(self.runbook)

    def others(self) -> list[Runbook]:
        """What else a new policy could run."""
        return [book for book in catalog.runbooks() if book.name != self.runbook]


def prefix(check: Check) -> str:
    return f"limits.{check.name}."


def said(function: Any, value: Any) -> Any:
    """What the function gives; the sentence of an Invalid as the form's. Raises ValidationError."""
    try:
        return function(value)
    except Invalid as error:
        raise ValidationError(error.message) from None
