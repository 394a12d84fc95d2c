"""Who did what, when and from where: to read, filter and take along, for people with the right to see all of it."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.auth.models import Group, User
from django.core.exceptions import PermissionDenied
from django.db.models import Max, QuerySet
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import DropdownFilter, FieldTextFilter, RangeDateFilter

from .. import audit, exports, rights
from ..audit.exports import SHEET
from ..models import Audit, Calendar, Environment, Finding, Notice, Pause, Policy, Publisher, Run, Token
from .boxes import boxed, moment

VIEW = "opsportal.view_audit"
EXPORT = "opsportal.export_audit"
LIST = "admin:opsportal_audit_changelist"
KINDS = {
    str(model._meta.model_name): model._meta
    for model in (Run, Pause, Environment, Calendar, Policy, Notice, Finding, Publisher, Token, User, Group, Audit)
}
PAGES = {
    "run": "admin:opsportal_run_page",
    "environment": "admin:opsportal_environment_change",
    "policy": "admin:opsportal_policy_page",
    "finding": "finding",
    "notice": "admin:opsportal_notice_change",
    "publisher": "admin:opsportal_publisher_change",
    "token": "admin:opsportal_token_change",
    "user": "admin:auth_user_change",
    "group": "admin:auth_group_change",
}


def history(user: Any, **of: Any) -> str:
    """The address of the entries with these columns; empty for who may not see the audit."""
    query = "&".join(f"{name}={value}" for name, value in of.items())
    return f"{reverse(LIST)}?{query}" if rights.everywhere(user, VIEW) else ""


class Chosen(DropdownFilter):  # type: ignore[misc]
    """One of the choices; what is none of them finds nothing, so that no export holds more than was meant."""

    def has_output(self) -> bool:
        return True  # without a choice Django would leave the filter out, and show everything

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Audit]") -> "QuerySet[Audit]":
        if not self.value():
            return queryset
        known = self.value() in {key for key, label in self.lookup_choices}
        return queryset.filter(**{self.parameter_name: self.value()}) if known else queryset.none()


class ActionFilter(Chosen):
    title = gettext_lazy("action")
    parameter_name = "action"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        return sorted(((name, _(label)) for name, label in audit.ACTIONS.items()), key=lambda pair: pair[1])


class KindFilter(Chosen):
    title = gettext_lazy("kind")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        return [(name, capfirst(str(meta.verbose_name))) for name, meta in KINDS.items()]


class EnvironmentFilter(Chosen):
    title = gettext_lazy("environment")
    parameter_name = "environment_id"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        return [(str(pk), name) for pk, name in Environment.objects.values_list("pk", "name")]


class DaysFilter(RangeDateFilter):  # type: ignore[misc]
    """From the first day's begin to the last one's end, in the portal's time zone."""

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Audit]") -> "QuerySet[Audit]":
        since, until = (self.day(side) for side in ("from", "to"))
        rows = queryset.filter(at__gte=since) if since else queryset
        return rows.filter(at__lt=until + timedelta(days=1)) if until else rows

    def day(self, side: str) -> datetime | None:
        """The begin of this side's day. Raises IncorrectLookupParameters for what is none."""
        text = self.used_parameters.get(f"{self.parameter_name}_{side}")
        if not text:
            return None
        try:
            if found := parse_date(text):
                return timezone.make_aware(datetime.combine(found, time()))
        except (ValueError, OverflowError):
            pass
        raise IncorrectLookupParameters(_("“%s” is no day. Write such as 2026-11-21.") % text)


@admin.register(Audit)
class AuditAdmin(ModelAdmin):  # type: ignore[misc]
    list_display = ("when", "who", "did", "thing", "environment", "address", "changes")
    list_filter = (("who", FieldTextFilter), ActionFilter, KindFilter, EnvironmentFilter, ("at", DaysFilter))
    list_filter_submit = True
    list_filter_sheet = True
    list_fullwidth = True
    list_per_page = 50
    list_before_template = "opsportal/audit_export.html"
    show_full_result_count = False
    search_fields = ("who", "what", "environment", "address")
    fields = ("when", "who", "address", "did", "thing", "environment", "changes")
    readonly_fields = fields
    actions = None

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.export)
        return [path("export.<slug:form>", view, name="opsportal_audit_export"), *super().get_urls()]

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Audit | None = None) -> bool:
        return rights.everywhere(request.user, VIEW)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Audit | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Audit | None = None) -> bool:
        return False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponseBase:
        extra = {"query": request.GET.urlencode(), "may_export": rights.everywhere(request.user, EXPORT)}
        return super().changelist_view(request, {**extra, **(extra_context or {})})  # type: ignore[no-any-return]

    def export(self, request: HttpRequest, form: str) -> HttpResponseBase:
        """What the list shows with this filter, all pages of it; that it was taken along is in the audit."""
        if not (self.has_view_permission(request) and rights.everywhere(request.user, EXPORT)):
            raise PermissionDenied(
                _("You don’t have the right to export the audit. An administrator can give it to you.")
            )
        if form not in exports.FORMS or request.method != "GET":
            raise Http404(_("The audit is exported as csv or json."))
        try:
            shown = self.get_changelist_instance(request).queryset
        except IncorrectLookupParameters as error:
            messages.error(request, str(error))
            return redirect(LIST)
        newest = Audit.objects.aggregate(newest=Max("pk"))["newest"] or 0
        audit.record("audit.export", data={"form": form, "filter": request.GET.dict()})
        return exports.download(exports.stream(shown.filter(pk__lte=newest), form, SHEET), "audit", form)

    @admin.display(description=gettext_lazy("time"), ordering="pk")
    def when(self, obj: Audit) -> SafeString:
        return moment(obj.at)

    @admin.display(description=gettext_lazy("action"), ordering="action")
    def did(self, obj: Audit) -> str:
        return _(audit.ACTIONS[obj.action]) if obj.action in audit.ACTIONS else obj.action

    @admin.display(description=gettext_lazy("what"), ordering="what")
    def thing(self, obj: Audit) -> SafeString | str:
        if not obj.kind:
            return "—"
        kind = KINDS[obj.kind].verbose_name if obj.kind in KINDS else obj.kind
        name = obj.what or obj.object_id
        if obj.kind not in PAGES or obj.action == "row.delete":
            return f"{kind} {name}"
        return format_html('{} <a href="{}">{}</a>', kind, reverse(PAGES[obj.kind], args=[obj.object_id]), name)

    @admin.display(description=gettext_lazy("changes"))
    def changes(self, obj: Audit) -> SafeString | str:
        rows = [(name, said(value)) for name, value in obj.data.items() if value not in ("", None)]
        return boxed(format_html_join("", "<div>{}: {}</div>", rows)) if rows else "—"


def said(value: Any) -> str:
    """A pair as before and after; anything else as it is."""
    if isinstance(value, list) and len(value) == 2:
        return " → ".join("—" if side in (None, "", []) else str(side) for side in value)
    return str(value)
