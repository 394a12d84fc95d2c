"""Notices: what was told to whom, whether it has arrived, and a way to send it again."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from unfold.admin import ModelAdmin

from .. import policies, rights
from ..errors import OpsError
from ..models import Notice
from ..pages import policy
from ..telling import outbox
from ..templatetags import ops
from .boxes import boxed, environment_filter, moment

N = Notice.Status
LOOKS = {N.WAITING: ("run", "schedule"), N.SENT: ("ok", "check_circle"), N.FAILED: ("bad", "close")}


@admin.register(Notice)
class NoticeAdmin(ModelAdmin):  # type: ignore[misc]
    list_display = ("subject", "to", "state", "written", "error")
    list_filter = ("status", environment_filter("firing__policy__environments"))
    list_fullwidth = True
    list_per_page = 50
    show_full_result_count = False
    search_fields = ("to", "subject")
    fields = ("state", "to", "written", "sent", "tries", "following", "error", "of")
    readonly_fields = fields
    actions = None
    change_form_outer_before_template = "opsportal/notice.html"

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Notice]":
        """Those of policies, and of runs, that this person may see."""
        rows = super().get_queryset(request).select_related("firing__policy", "run__environment")
        seen = Q(firing__policy__in=policies.covered(request.user).order_by())
        seen |= Q(run__environment__in=rights.environments(request.user).order_by())
        return rows.filter(seen)  # type: ignore[no-any-return]

    def has_module_permission(self, request: HttpRequest) -> bool:
        return rights.may_view(request.user)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return rights.may_view(request.user)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """It leaves with what it tells of."""
        return False

    def get_urls(self) -> list[URLPattern]:
        ours = path("<int:pk>/again/", self.admin_site.admin_view(self.again), name="opsportal_notice_again")
        return [ours, *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        known = self.get_object(request, object_id)
        may = known is not None and known.status != N.SENT and outbox.may_send(request.user, known)
        extra = {"may_send": may, "show_history": False, **(extra_context or {})}
        return super().change_view(request, object_id, form_url, extra)  # type: ignore[no-any-return]

    @method_decorator(require_POST)
    def again(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Try the notice of this page at once, then back to it."""
        get_object_or_404(self.get_queryset(request), pk=pk)
        try:
            sent = outbox.again([pk], request.user)
            messages.info(request, _("It is sent again now.") if sent else _("It has arrived already."))
        except OpsError as error:
            messages.error(request, error.message)
        return redirect("admin:opsportal_notice_change", pk)

    @admin.display(description=gettext_lazy("status"), ordering="status")
    def state(self, obj: Notice) -> SafeString:
        status = N(obj.status)
        return boxed(ops.chip(*LOOKS[status], status.label, "st-plain"))

    @admin.display(description=gettext_lazy("time"), ordering="created_at")
    def written(self, obj: Notice) -> SafeString:
        return moment(obj.created_at)

    @admin.display(description=gettext_lazy("sent"))
    def sent(self, obj: Notice) -> SafeString | str:
        return moment(obj.sent_at) if obj.sent_at else "—"

    @admin.display(description=gettext_lazy("tried next"))
    def following(self, obj: Notice) -> SafeString | str:
        return moment(obj.due_at) if obj.due_at else "—"

    @admin.display(description=gettext_lazy("tells of"))
    def of(self, obj: Notice) -> SafeString:
        if obj.firing is None:
            return format_html('<a href="{}">{}</a>', reverse("admin:opsportal_run_page", args=[obj.run_id]), obj.run)
        page = reverse(policy.PAGE, args=[obj.firing.policy_id])
        return format_html('<a href="{}">{}</a>', page, obj.firing.policy)
