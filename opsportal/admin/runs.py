"""The list of runs; a row leads to the page of its run."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy
from unfold.admin import ModelAdmin
from unfold.views import ChangeList

from .. import catalog, clock, rights
from ..models import Run
from ..pages import deeds, durations, mini, run, start
from ..templatetags import ops
from .boxes import boxed, environment_filter, number


class RunList(ChangeList):  # type: ignore[misc]
    """Rows lead to the page of the run, and only those shown are told in full."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.result_list: Any = mini.page(self.result_list)
        now = clock.now()
        for row in self.result_list:
            row.now = now

    def url_for_result(self, result: Run) -> str:
        return reverse("admin:opsportal_run_page", args=[result.pk])


class OpenFilter(admin.SimpleListFilter):
    title = pgettext_lazy("of runs", "open")
    parameter_name = "open"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        return [("yes", pgettext("of runs", "Open")), ("no", _("Ended"))]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Run]") -> "QuerySet[Run]":
        wanted = {"yes": Run.OPEN, "no": Run.ENDED}.get(self.value() or "")
        return queryset.filter(status__in=wanted) if wanted else queryset


class RunbookFilter(admin.SimpleListFilter):
    title = gettext_lazy("runbook")
    parameter_name = "runbook"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        return [(book.name, _(book.title)) for book in catalog.runbooks()]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Run]") -> "QuerySet[Run]":
        known = [book.name for book in catalog.runbooks()]
        return queryset.filter(runbook=self.value()) if self.value() in known else queryset


@admin.register(Run)
class RunAdmin(ModelAdmin):  # type: ignore[misc]
    list_display = ("how", "what", "environment", "who", "when", "took", "progress")
    list_filter = ("status", RunbookFilter, environment_filter("environment"), OpenFilter)
    list_filter_sheet = True
    list_fullwidth = True
    list_per_page = 50
    show_full_result_count = False
    search_fields = ("=id", "runbook", "environment__name", "requested_by__username", "reason")
    actions = None

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        ours = [
            path("<int:run_id>/", wrap(run.page), name="opsportal_run_page"),
            path("<int:run_id>/parts/", wrap(run.parts), name="opsportal_run_parts"),
            path("<int:run_id>/do/<slug:verb>/", wrap(deeds.do), name="opsportal_run_do"),
            path("<int:run_id>/approve/", wrap(deeds.approve), name="opsportal_run_approve"),
            path("<int:run_id>/answer/<int:approval_id>/", wrap(deeds.answer), name="opsportal_run_answer"),
        ]
        return [*ours, *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Run]":
        found: QuerySet[Run] = rights.visible(super().get_queryset(request), request.user)
        return found

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return RunList

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        return start.page(request)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        known = get_object_or_404(self.get_queryset(request), pk=number(object_id))
        return redirect("admin:opsportal_run_page", known.pk)

    def has_view_permission(self, request: HttpRequest, obj: Run | None = None) -> bool:
        return rights.may_view(request.user)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return rights.may_start(request.user)

    def has_change_permission(self, request: HttpRequest, obj: Run | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Run | None = None) -> bool:
        return False

    @admin.display(description=gettext_lazy("status"), ordering="status")
    def how(self, obj: Run) -> SafeString:
        return boxed(ops.status(obj, "st-plain"))

    @admin.display(description=gettext_lazy("run"), ordering="pk")
    def what(self, obj: Run) -> SafeString:
        return format_html(
            "{} <span class='ops'><span class='muted'>{}</span></span>", catalog.title(obj.runbook), obj.pk
        )

    @admin.display(description=gettext_lazy("started by"), ordering="requested_by__username")
    def who(self, obj: Run) -> str:
        return str(obj.requested_by or obj.caller)

    @admin.display(description=gettext_lazy("started"), ordering="created_at")
    def when(self, obj: Any) -> SafeString:
        passed = (obj.now - obj.created_at).total_seconds()
        return format_html(
            '<time datetime="{}" title="{}">{}</time>',
            obj.created_at.isoformat(),
            obj.created_at.strftime("%Y-%m-%d %H:%M:%S UTC"),
            durations.ago(passed),
        )

    @admin.display(description=gettext_lazy("took / usual"))
    def took(self, obj: Any) -> SafeString:
        seconds = ((obj.over_at or obj.now) - obj.began_at).total_seconds()
        usual = format_html(' <span class="muted">/ {}</span>', ops.clock(obj.usual)) if obj.usual else ""
        return boxed(format_html('<span class="num">{}{}</span>', durations.clock(seconds), usual))

    @admin.display(description=gettext_lazy("steps"))
    def progress(self, obj: Run) -> SafeString:
        return boxed(SafeString(render_to_string("opsportal/mini.html", mini.of(obj))))
