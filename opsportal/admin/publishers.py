"""Trusted publishers: list and form, disabling, and trying a rule out with a token's claims."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from unfold.admin import ModelAdmin

from .. import publishers, rights
from ..api import claims
from ..errors import Invalid, OpsError, Refused
from ..models import Publisher
from ..pages.fields import LONGEST, parsed
from ..templatetags import ops
from .audit import history
from .boxes import boxed
from .people import boxes
from .publisher_form import PublisherForm

CHANGE = "admin:opsportal_publisher_change"
LIST = "admin:opsportal_publisher_changelist"


@admin.register(Publisher)
class PublisherAdmin(ModelAdmin):  # type: ignore[misc]
    form = PublisherForm
    list_display = ("name", "repository", "workflow", "bound", "may_start", "where", "person", "state")
    search_fields = ("name", "repository")
    change_form_template = "opsportal/environment_change.html"
    change_form_outer_before_template = "opsportal/publisher.html"
    actions = None
    warn_unsaved_form = True
    fieldsets = (
        (None, {"fields": ("name",)}),
        (
            gettext_lazy("Which jobs"),
            {"fields": ("issuer", "repository", "owner_id", "workflow", "ref", "ci_environment")},
        ),
        (gettext_lazy("What they may"), {"fields": ("runbooks", "environments")}),
    )

    @admin.display(description=gettext_lazy("branch, tag or environment"))
    def bound(self, obj: Publisher) -> str:
        return ", ".join(part for part in (obj.ref, obj.ci_environment) if part)

    @admin.display(description=gettext_lazy("runbooks"))
    def may_start(self, obj: Publisher) -> str:
        return ", ".join(obj.runbooks)

    @admin.display(description=gettext_lazy("environments"))
    def where(self, obj: Publisher) -> str:
        return ", ".join(each.name for each in obj.environments.all())

    @admin.display(description=gettext_lazy("state"), ordering="disabled_at")
    def state(self, obj: Publisher) -> SafeString:
        disabled = ops.chip("rest", "block", _("Disabled"))
        return boxed(disabled if obj.disabled_at else ops.chip("ok", "check_circle", _("Active")))

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Publisher]":
        return publishers.administered(request.user).order_by("name", "pk")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return rights.may(request.user, rights.ADMINISTER)

    def has_view_permission(self, request: HttpRequest, obj: Publisher | None = None) -> bool:
        return rights.may(request.user, rights.ADMINISTER)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return rights.may(request.user, rights.ADMINISTER)

    def has_change_permission(self, request: HttpRequest, obj: Publisher | None = None) -> bool:
        return rights.may(request.user, rights.ADMINISTER) and not (obj and obj.disabled_at)

    def has_delete_permission(self, request: HttpRequest, obj: Publisher | None = None) -> bool:
        """The audit names it: a rule is ended by disabling it."""
        return False

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        mine = rights.environments(request.user, rights.ADMINISTER)
        return super().formfield_for_manytomany(db_field, request, **{**kwargs, **boxes(db_field), "queryset": mine})

    def get_fieldsets(self, request: HttpRequest, obj: Publisher | None = None) -> Any:
        """A disabled rule is only looked at: its runbooks are words then, and no boxes."""
        shown = ("may_start", "environments") if obj and obj.disabled_at else ("runbooks", "environments")
        return (*self.fieldsets[:-1], (self.fieldsets[-1][0], {"fields": shown}))

    def get_readonly_fields(self, request: HttpRequest, obj: Publisher | None = None) -> Any:
        return ("may_start",) if obj and obj.disabled_at else ()

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        ours = [
            path("<int:pk>/disable/", wrap(disable), name="opsportal_publisher_disable"),
            path("<int:pk>/test/", wrap(test), name="opsportal_publisher_test"),
        ]
        return [*ours, *super().get_urls()]

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        told = history(request.user, kind="publisher", object_id=object_id) if object_id else ""
        known = self.get_object(request, object_id) if object_id else None
        extra = {"history": told, "show_history": False, **({"title": known.name} if known else {})}
        try:
            return super().changeform_view(request, object_id, form_url, {**extra, **(extra_context or {})})
        except Refused as error:
            messages.error(request, error.message)
            return redirect(LIST)

    def save_model(self, request: HttpRequest, obj: Publisher, form: Any, change: bool) -> None:
        """Raises Refused, and then nothing is saved."""
        publishers.save(obj, form.cleaned_data["environments"], request.user)


@require_POST
def disable(request: HttpRequest, pk: int) -> HttpResponse:
    """End the rule, then back to its page."""
    known = get_object_or_404(publishers.administered(request.user), pk=pk)
    try:
        publishers.disable(pk, request.user)
        messages.success(request, _("“%(name)s” exchanges no tokens any more.") % {"name": known.name})
    except OpsError as error:
        messages.error(request, error.message)
    return redirect(CHANGE, pk)


def test(request: HttpRequest, pk: int) -> HttpResponse:
    """Hold the claims of a token against the rule; they are kept nowhere."""
    known = get_object_or_404(publishers.administered(request.user), pk=pk)
    text, lines, wrong = request.POST.get("claims", ""), [], ""
    if request.method == "POST":
        try:
            lines = claims.judged(known, pasted(text))
        except Invalid as error:
            text, wrong = "" if token_like(text) else text, error.message
    context = {
        **admin.site.each_context(request),
        "title": _("Test “%(name)s”") % {"name": known.name},
        "crumbs": [(_("Trusted publishers"), reverse(LIST)), (known.name, reverse(CHANGE, args=[pk])), (_("Test"), "")],
        **{"publisher": known, "text": text, "lines": lines, "wrong": wrong},
        "fits": all(line.fits for line in lines),
        "disabled": bool(known.disabled_at),
    }
    return TemplateResponse(request, "opsportal/publisher_test.html", context, status=422 if wrong else 200)


def pasted(text: str) -> dict[str, Any]:
    """The claims. Raises Invalid for what is none, above all for the token itself."""
    if token_like(text):
        raise Invalid(_("This is a token: whoever has it can use it. Paste its claims alone, as JSON."), "claims")
    found = parsed("claims", text) if len(text) <= LONGEST else None
    if not isinstance(found, dict):
        raise Invalid(_("Paste the claims as one JSON object, such as {“ref”: “refs/heads/main”}."), "claims")
    return found


def token_like(text: str) -> bool:
    return text.strip().startswith("eyJ")
