"""Freeze calendars: rules in a time zone, with what they freeze next."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from unfold.admin import ModelAdmin

from .. import clock, freezes, holds
from ..models import Calendar


@admin.register(Calendar)
class CalendarAdmin(ModelAdmin):  # type: ignore[misc]
    list_display = ("name", "time_zone", "now", "used")
    fields = ("name", "time_zone", "rules")
    search_fields = ("name",)
    actions = None
    warn_unsaved_form = True

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Calendar]":
        return super().get_queryset(request).annotate(places=Count("environments"))  # type: ignore[no-any-return]

    def save_model(self, request: HttpRequest, obj: Calendar, form: Any, change: bool) -> None:
        """What the old rules held looks again at once."""
        super().save_model(request, obj, form, change)
        holds.release(list(obj.environments.values_list("pk", flat=True)))

    @admin.display(description=gettext_lazy("now"))
    def now(self, obj: Calendar) -> str:
        found = freezes.frozen(obj.rules, obj.time_zone, clock.now())
        return _("frozen: %(why)s") % {"why": found.why} if found else pgettext("no freeze", "open")

    @admin.display(description=gettext_lazy("environments"), ordering="places")
    def used(self, obj: Any) -> int:
        return int(obj.places)
