"""Policies: the list with what becomes of them, and the form; their pages are in pages/policy.py."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy
from unfold.admin import ModelAdmin
from unfold.views import ChangeList

from .. import catalog, clock, policies, rights
from ..errors import OpsError
from ..models import Policy
from ..pages import firings, policy
from ..templatetags import ops
from .boxes import boxed, environment_filter, number
from .people import boxes
from .policy_form import PolicyForm

WHEN = {"fields": ("cron", "timezone", "overlap")}
WHERE = {"fields": ("environments", "regions")}
FAR = {"fields": ("degree", "grace_days", "max_changes", "max_percent")}


class PolicyList(ChangeList):  # type: ignore[misc]
    """Rows lead to the policy's page; the last firings of those shown are read together."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        now, rows = clock.now(), list(self.result_list)
        last = firings.last(rows, request.user)
        for row in rows:
            row.now, (row.fired, row.look) = now, last.get(row.last, (None, None))
        self.result_list: Any = rows

    def url_for_result(self, result: Policy) -> str:
        return reverse(policy.PAGE, args=[result.pk])


@admin.register(Policy)
class PolicyAdmin(ModelAdmin):  # type: ignore[misc]
    form = PolicyForm
    list_display = ("name", "what", "where", "schedule", "following", "fired", "state")
    list_filter = ("enabled", environment_filter("environments"))
    list_fullwidth = True
    search_fields = ("name", "runbook")
    change_form_template = "opsportal/environment_change.html"
    change_form_outer_before_template = "opsportal/policy_books.html"
    change_form_after_template = "opsportal/policy_what.html"
    actions = None
    warn_unsaved_form = True

    @admin.display(description=gettext_lazy("what"))
    def what(self, obj: Policy) -> str:
        return catalog.title(obj.runbook)

    @admin.display(description=gettext_lazy("environments"))
    def where(self, obj: Policy) -> str:
        return ", ".join(each.name for each in obj.environments.all())

    @admin.display(description=gettext_lazy("schedule"), ordering="cron")
    def schedule(self, obj: Policy) -> str:
        return f"{obj.cron} {obj.timezone}"

    @admin.display(description=gettext_lazy("next"), ordering="next_due")
    def following(self, obj: Policy) -> str:
        return firings.shown(obj, obj.next_due)

    @admin.display(description=gettext_lazy("last firing"))
    def fired(self, obj: Any) -> SafeString | str:
        if obj.fired is None:
            return "—"
        chip = ops.chip(obj.look.colour, obj.look.icon, obj.look.word)
        return format_html("{} {}", boxed(chip), firings.shown(obj, obj.fired.due_at))

    @admin.display(description=gettext_lazy("state"), ordering="enabled")
    def state(self, obj: Any) -> SafeString:
        look = firings.state(obj, obj.now)
        return boxed(ops.chip(look.colour, look.icon, look.word))

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Policy]":
        return firings.with_last(policies.covered(request.user)).order_by("name", "pk")

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return PolicyList

    def has_module_permission(self, request: HttpRequest) -> bool:
        return rights.may_view(request.user)

    def has_view_permission(self, request: HttpRequest, obj: Policy | None = None) -> bool:
        return rights.may_view(request.user)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return rights.may(request.user, rights.ADMINISTER)

    def has_change_permission(self, request: HttpRequest, obj: Policy | None = None) -> bool:
        return policy.administers(request.user, obj) if obj else rights.may(request.user, rights.ADMINISTER)

    def has_delete_permission(self, request: HttpRequest, obj: Policy | None = None) -> bool:
        """Its own page says what would be lost, and offers to disable it."""
        return False

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        mine = rights.environments(request.user, rights.ADMINISTER)
        return super().formfield_for_manytomany(db_field, request, **{**kwargs, **boxes(db_field), "queryset": mine})

    def get_fieldsets(self, request: HttpRequest, obj: Policy | None = None) -> Any:
        sweeps = book(request, obj) == policies.SWEEP
        where = WHERE if sweeps else {"fields": ("environments",)}
        known = [
            (None, {"fields": ("name", "enabled")}),
            (gettext_lazy("Where"), where),
            (gettext_lazy("When"), WHEN),
            (gettext_lazy("How far it may act"), FAR),
            (gettext_lazy("Whom to tell"), {"fields": ("tell",)}),
        ]
        return known if sweeps else [each for each in known if each[1] is not FAR]

    def get_form(self, request: HttpRequest, obj: Policy | None = None, change: bool = False, **kwargs: Any) -> Any:
        found = super().get_form(request, obj, change, **kwargs)
        found.runbook = book(request, obj)
        return found

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        ours = [
            path("<int:pk>/", wrap(policy.page), name="opsportal_policy_page"),
            path("<int:pk>/do/<slug:verb>/", wrap(policy.do), name="opsportal_policy_do"),
            path("<int:pk>/delete/", wrap(policy.delete), name="opsportal_policy_delete"),
        ]
        return [*ours, *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        known = get_object_or_404(self.get_queryset(request), pk=number(object_id))
        if not self.has_change_permission(request, known):
            raise PermissionDenied
        return super().change_view(request, object_id, form_url, extra_context)  # type: ignore[no-any-return]

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        extra = {"show_history": False, "show_save_and_add_another": False}
        try:
            return super().changeform_view(request, object_id, form_url, {**extra, **(extra_context or {})})
        except OpsError as error:
            messages.error(request, error.message)
            return redirect(policy.LIST)

    def save_model(self, request: HttpRequest, obj: Policy, form: Any, change: bool) -> None:
        """Raises Invalid, Refused, and then nothing is saved."""
        policies.save(obj, form.cleaned_data["environments"], request.user)

    def response_post_save_add(self, request: HttpRequest, obj: Policy) -> HttpResponse:
        return redirect(policy.PAGE, obj.pk)

    def response_post_save_change(self, request: HttpRequest, obj: Policy) -> HttpResponse:
        return redirect(policy.PAGE, obj.pk)


def book(request: HttpRequest, obj: Policy | None) -> str:
    """The runbook of this policy, or of the one that is to be made."""
    return obj.runbook if obj else request.GET.get("runbook", policies.SWEEP)
