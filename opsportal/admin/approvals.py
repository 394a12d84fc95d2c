"""The list of questions and answers, open ones first; a row leads to the question on its run's page."""

from typing import Any

from django.contrib import admin
from django.db.models import Case, DateTimeField, QuerySet, Value, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy
from unfold.admin import ModelAdmin
from unfold.views import ChangeList

from .. import clock, rights
from ..models import Approval
from ..pages import durations
from ..pages.facts import title
from ..templatetags import ops
from .boxes import boxed, environment_filter, number

A = Approval.Status
LOOKS = {
    A.OPEN: ("ask", "help"),
    A.APPROVED: ("ok", "check_circle"),
    A.REJECTED: ("bad", "close"),
    A.EXPIRED: ("rest", "timer"),
    A.WITHDRAWN: ("rest", "block"),
}


def address(approval: Approval) -> str:
    return reverse("admin:opsportal_run_page", args=[approval.step.run_id]) + "#ask"


class ApprovalList(ChangeList):  # type: ignore[misc]
    def url_for_result(self, result: Approval) -> str:
        return address(result)


@admin.register(Approval)
class ApprovalAdmin(ModelAdmin):  # type: ignore[misc]
    list_display = ("how", "asks", "where", "asked", "answer", "reason")
    list_filter = ("status", environment_filter("step__run__environment"))
    list_fullwidth = True
    list_per_page = 50
    search_fields = ("question", "step__key", "step__run__environment__name", "answered_by__username", "reason")
    list_select_related = ("step__run__environment", "answered_by")
    actions = None
    ordering = (Case(When(status=A.OPEN, then=Value(0)), default=Value(1)).asc(), "-pk")

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Approval]":
        rows = rights.visible(super().get_queryset(request), request.user, "step__run__environment")
        return rows.annotate(now=Value(clock.now(), DateTimeField()))  # type: ignore[no-any-return]

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return ApprovalList

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        return redirect(
            address(get_object_or_404(self.get_queryset(request).select_related("step"), pk=number(object_id)))
        )

    def has_view_permission(self, request: HttpRequest, obj: Approval | None = None) -> bool:
        return rights.may_view(request.user)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Approval | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Approval | None = None) -> bool:
        return False

    @admin.display(description=gettext_lazy("status"), ordering="status")
    def how(self, obj: Approval) -> SafeString:
        status = A(obj.status)
        return boxed(ops.chip(*LOOKS[status], status.label, "" if status == A.OPEN else "st-plain"))

    @admin.display(description=gettext_lazy("question"), ordering="question")
    def asks(self, obj: Approval) -> str:
        return f"{obj.step.key}: {obj.question}"

    @admin.display(description=gettext_lazy("run"))
    def where(self, obj: Approval) -> str:
        return f"{title(obj.step.run)} · {obj.step.run_id}"

    @admin.display(description=gettext_lazy("asked"), ordering="asked_at")
    def asked(self, obj: Any) -> str:
        return durations.ago((obj.now - obj.asked_at).total_seconds())

    @admin.display(description=gettext_lazy("answered by"))
    def answer(self, obj: Approval) -> str:
        return str(obj.answered_by or "—")
