"""The form of a trusted publisher: the issuers that are allowed, and the runbooks that there are."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminSelectWidget

from .. import catalog, publishers
from ..models import Publisher


class PublisherForm(forms.ModelForm):  # type: ignore[type-arg]
    issuer = forms.ChoiceField(
        label=gettext_lazy("Issuer"),
        widget=UnfoldAdminSelectWidget,
        help_text=gettext_lazy("Those that CI_GITHUB_ISSUERS and CI_GITLAB_ISSUERS allow."),
    )
    runbooks = forms.MultipleChoiceField(
        label=gettext_lazy("Runbooks"),
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=gettext_lazy("The only ones that its tokens may start, cancel, retry and undo."),
    )

    class Meta:
        model = Publisher
        fields = (
            *("name", "issuer", "repository", "owner_id", "workflow", "ref", "ci_environment"),
            *("runbooks", "environments"),
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        if "environments" in fields:  # who may only look has no such field
            fields["issuer"].choices = choices(self.instance)
            fields["runbooks"].choices = books(self.instance)
            fields["environments"].widget.can_add_related = False

    def clean_issuer(self) -> str:
        """The kind of CI follows from who signs."""
        issuer = str(self.cleaned_data["issuer"])
        self.instance.kind = publishers.issuers().get(issuer, self.instance.kind)
        return issuer

    def clean_repository(self) -> str:
        repository = str(self.cleaned_data["repository"])
        if self.instance.kind == Publisher.Kind.GITHUB and repository.count("/") != 1:
            raise ValidationError(_("A repository of GitHub is owner/name, such as octo-org/shop."))
        return repository

    def clean_workflow(self) -> str:
        workflow = str(self.cleaned_data["workflow"])
        if self.instance.kind == Publisher.Kind.GITHUB and "/" in workflow:
            raise ValidationError(_("Write the file’s name alone; GitHub looks for it in .github/workflows."))
        return workflow


def choices(publisher: Publisher) -> list[tuple[str, str]]:
    """The allowed issuers, and the rule's own, which may be none of them any more."""
    known = {issuer: f"{kind.label} ({issuer})" for issuer, kind in publishers.issuers().items()}
    if publisher.issuer:
        known.setdefault(publisher.issuer, publisher.issuer)
    return list(known.items())


def books(publisher: Publisher) -> list[tuple[str, str]]:
    """All runbooks, and those that the rule names and that are no more."""
    known = {book.name: f"{_(book.title)} ({book.name})" for book in catalog.runbooks()}
    return list(({name: name for name in publisher.runbooks} | known).items())
