"""What our lists share: our own look inside a cell of unfold's, and numbers in addresses."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy

from .. import rights


def boxed(inner: SafeString) -> SafeString:
    return format_html('<span class="ops">{}</span>', inner)


def moment(at: datetime) -> SafeString:
    """The time in the portal's zone, exactly for whom it matters."""
    text, exact = f"{timezone.localtime(at):%Y-%m-%d %H:%M:%S}", at.isoformat()
    return format_html('<time datetime="{}" title="{}">{}</time>', exact, exact, text)


def number(object_id: str) -> int:
    """The row's number in an address; 0, which no row has, for anything else."""
    return int(object_id) if object_id.isdecimal() and len(object_id) < 20 else 0


def environment_filter(field: str) -> type[admin.SimpleListFilter]:
    """A filter by the environments that the reader may see; `field` leads to them."""

    class EnvironmentFilter(admin.SimpleListFilter):
        title = gettext_lazy("environment")
        parameter_name = "environment"

        def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
            return [(str(pk), name) for pk, name in rights.environments(request.user).values_list("pk", "name")]

        def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
            known = [str(pk) for pk, _name in self.lookup_choices]
            return queryset.filter(**{field: self.value()}) if self.value() in known else queryset

    return EnvironmentFilter
