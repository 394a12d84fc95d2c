"""Environments: list, form, connection test, and what is proposed to guard them."""

from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST
from unfold.admin import ModelAdmin

from .. import holds, proposals, rights, runs
from ..errors import OpsError, Refused
from ..models import Environment
from ..pages import keys
from ..templatetags import ops
from . import environment_files
from . import proposals as proposed
from .audit import history
from .boxes import boxed
from .environment_form import EnvironmentForm

TEST = "environment.test"


@admin.register(Environment)
class EnvironmentAdmin(ModelAdmin):  # type: ignore[misc]
    form = EnvironmentForm
    list_display = ("name", "account", "in_regions", "is_protected", "role")
    search_fields = ("name", "account")
    readonly_fields = ("shown_external_id",)
    change_form_template = "opsportal/environment_change.html"
    change_form_outer_before_template = "opsportal/environment.html"
    list_filter_sheet = False
    actions = None
    warn_unsaved_form = True
    fieldsets = (
        (None, {"fields": ("name", "account", "regions")}),
        (gettext_lazy("Access"), {"fields": ("role_arn", "shown_external_id", "service_role_arn")}),
        (gettext_lazy("Changes"), {"fields": ("changes_at_once", "calendar")}),
        (
            gettext_lazy("Approvals"),
            {"fields": ("protected", "requester_may_approve", "approvals_needed", "approvers", "approval_hours")},
        ),
        (gettext_lazy("Telling"), {"fields": ("slack_channel", "slack_on_duty", "tell")}),
        (gettext_lazy("Variables"), {"fields": ("variables",)}),
    )

    @admin.display(description=gettext_lazy("regions"))
    def in_regions(self, obj: Environment) -> str:
        return ", ".join(obj.regions)

    @admin.display(description=gettext_lazy("protected"), ordering="protected")
    def is_protected(self, obj: Environment) -> SafeString | str:
        return boxed(ops.chip("bad", "lock", _("Protected"))) if obj.protected else "—"

    @admin.display(description=gettext_lazy("role"))
    def role(self, obj: Environment) -> str:
        return obj.role_arn.rsplit("/", 1)[-1] if obj.role_arn else _("the workers’ own")

    @admin.display(description=gettext_lazy("external id"))
    def shown_external_id(self, obj: Environment) -> SafeString | str:
        if not obj.pk:
            return _("Made when you save.")
        return format_html('<span class="ops"><code>{}</code></span>', obj.external_id)

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Environment]":
        return rights.environments(request.user)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return rights.may_view(request.user)

    def has_view_permission(self, request: HttpRequest, obj: Environment | None = None) -> bool:
        return rights.may_view(request.user, obj)

    def has_change_permission(self, request: HttpRequest, obj: Environment | None = None) -> bool:
        return rights.may(request.user, rights.ADMINISTER, obj)

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        ours = [
            path("<int:pk>/test/", wrap(test), name="opsportal_environment_test"),
            path(
                "<int:pk>/trust-policy.json", wrap(environment_files.trust_policy), name="opsportal_environment_trust"
            ),
            path("<int:pk>/role.yaml", wrap(environment_files.role), name="opsportal_environment_role"),
            path(
                "<int:pk>/proposals/<int:proposal>/<slug:verb>/",
                wrap(proposed.decide),
                name="opsportal_environment_proposal",
            ),
        ]
        return [*ours, *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        known = self.get_object(request, object_id)
        extra = {"crumbs": self.crumbs(known.name if known else ""), **(self.parts(request, known) if known else {})}
        try:
            return super().change_view(request, object_id, form_url, {**extra, **(extra_context or {})})  # type: ignore[no-any-return]
        except Refused as error:
            messages.error(request, error.message)
            return redirect("admin:opsportal_environment_change", object_id)

    def parts(self, request: HttpRequest, known: Environment) -> dict[str, Any]:
        """What stands on the page besides the form."""
        told = history(request.user, environment_id=known.pk)
        steers = {"nonce": keys.fresh(), "may_start": rights.may_start(request.user, known)}
        return {**steers, "history": told, "show_history": False, **proposed.context(known, request.user)}

    def save_model(self, request: HttpRequest, obj: Environment, form: Any, change: bool) -> None:
        """What guards the environment only becomes a proposal. Raises Refused, and then nothing is saved."""
        if not change:
            obj.save()
        elif made := proposals.save(obj, request.user):
            messages.warning(request, proposed.waits(made))
        if "calendar" in form.changed_data:
            transaction.on_commit(partial(holds.release, [obj.pk]))

    def log_change(self, request: HttpRequest, obj: Environment, message: Any) -> None:
        """Django's own log would say that what is only proposed was changed; the audit tells it right."""

    def crumbs(self, name: str) -> list[tuple[str, str]]:
        """The way to this page; an environment's name stays as it is written."""
        return [(_("Environments"), reverse("admin:opsportal_environment_changelist")), (name, "")]

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        extra = {"crumbs": self.crumbs(_("New environment"))}
        return super().add_view(request, form_url, {**extra, **(extra_context or {})})  # type: ignore[no-any-return]

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponseBase:
        """An environment with runs stays, with a sentence, since they are kept."""
        obj = self.get_object(request, object_id)
        count = obj.runs.count() if obj and self.has_delete_permission(request, obj) else 0
        if count:
            text = ngettext(
                "%(name)s has %(count)d run, whose history is kept: it can’t be deleted.",
                "%(name)s has %(count)d runs, whose history is kept: it can’t be deleted.",
                count,
            )
            messages.error(request, text % {"name": obj.name, "count": count})
            return redirect("admin:opsportal_environment_change", obj.pk)
        return super().delete_view(request, object_id, extra_context)  # type: ignore[no-any-return]


@require_POST
def test(request: HttpRequest, pk: int) -> HttpResponse:
    """Start a connection test and go to its page."""
    environment = get_object_or_404(Environment, pk=pk)
    key = keys.of(request.POST.get("nonce") or keys.fresh(), TEST, pk, {})
    try:
        run = runs.start(TEST, environment, {}, request.user, key)
    except OpsError as error:
        messages.error(request, error.message)
        return redirect("admin:opsportal_environment_change", pk)
    return redirect("admin:opsportal_run_page", run.pk)
