"""Environments: list, form, connection test and what AWS needs to know about them."""

import json
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_POST
from unfold.admin import ModelAdmin

from .. import rights, role_template, runs
from ..errors import OpsError
from ..models import Environment
from ..pages import keys
from ..templatetags import ops
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
        (gettext_lazy("Changes"), {"fields": ("protected", "requester_may_approve", "changes_at_once")}),
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
            path("<int:pk>/trust-policy.json", wrap(trust_policy), name="opsportal_environment_trust"),
            path("<int:pk>/role.yaml", wrap(role), name="opsportal_environment_role"),
        ]
        return [*ours, *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        extra = {"nonce": keys.fresh(), "may_start": False}
        known = self.get_object(request, object_id)
        extra["may_start"] = bool(known and rights.may_start(request.user, known))
        extra["crumbs"] = self.crumbs(known.name if known else "")
        return super().change_view(request, object_id, form_url, {**extra, **(extra_context or {})})  # type: ignore[no-any-return]

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
        count = obj.runs.count() if obj else 0
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
        run = runs.start(TEST, environment, {}, request.user, key)  # type: ignore[arg-type]
    except OpsError as error:
        messages.error(request, error.message)
        return redirect("admin:opsportal_environment_change", pk)
    return redirect("admin:opsportal_run_page", run.pk)


@require_GET
def trust_policy(request: HttpRequest, pk: int) -> HttpResponse:
    """The trust policy for the role, for the workers named by `?principal=`."""
    environment = seen(request, pk)
    principal = request.GET.get("principal", "").strip()
    if not role_template.PRINCIPAL.match(principal):
        return wrong_principal(request, pk)
    text = json.dumps(role_template.trust_policy(environment, principal), indent=2)
    return download(text + "\n", f"{environment.name}-trust-policy.json", "application/json")


@require_GET
def role(request: HttpRequest, pk: int) -> HttpResponse:
    """A CloudFormation template that makes the role."""
    environment = seen(request, pk)
    principal = request.GET.get("principal", "").strip()
    if principal and not role_template.PRINCIPAL.match(principal):
        return wrong_principal(request, pk)
    text = role_template.template(environment, principal)
    return download(text, f"{environment.name}-role.yaml", "application/yaml")


def seen(request: HttpRequest, pk: int) -> Environment:
    environment = get_object_or_404(Environment, pk=pk)
    rights.require_view(request.user, environment)
    return environment


def wrong_principal(request: HttpRequest, pk: int) -> HttpResponse:
    text = _("Say who the workers are: the ARN of their role, such as arn:aws:iam::123456789012:role/opsportal.")
    messages.error(request, text)
    return redirect("admin:opsportal_environment_change", pk)


def download(text: str, name: str, kind: str) -> HttpResponse:
    return HttpResponse(
        text, content_type=f"{kind}; charset=utf-8", headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
