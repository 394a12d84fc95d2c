"""Users and groups in unfold's look, with boxes to tick for the rights that mean something here."""

from typing import Any

from allauth.mfa.models import Authenticator
from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, Permission, User
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.admin import ModelAdmin
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from .. import audit

admin.site.unregister(User)
admin.site.unregister(Group)

MODELS = ("audit", "calendar", "environment", "finding", "user", "group")
VERBS = {
    "add": gettext_lazy("Can add %(what)s"),
    "change": gettext_lazy("Can change %(what)s"),
    "delete": gettext_lazy("Can delete %(what)s"),
    "view": gettext_lazy("Can view %(what)s"),
}


def offered() -> "QuerySet[Permission]":
    """The rights that the portal asks for somewhere."""
    rows = Permission.objects.filter(content_type__app_label__in=("opsportal", "auth"), content_type__model__in=MODELS)
    unused = "^((add|change|delete)_audit|(add|change|delete|view)_finding)$"
    return rows.exclude(codename__regex=unused).select_related("content_type")


class Rights(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """Boxes that say a right in the reader's language: the database keeps its name in English."""

    def label_from_instance(self, obj: Permission) -> str:
        return f"{obj.content_type} | {said(obj)}"


def said(right: Permission) -> str:
    """Django names the rights to rows of each kind itself, in English."""
    verb = right.codename.partition("_")[0]
    return str(VERBS[verb]) % {"what": right.content_type.name} if verb in VERBS else _(right.name)


def boxes(db_field: Any) -> dict[str, Any]:
    """The options of a field of groups or rights."""
    known: dict[str, Any] = {"widget": UnfoldAdminCheckboxSelectMultipleWidget}
    return known | ({"queryset": offered(), "form_class": Rights} if db_field.related_model is Permission else {})


@admin.register(User)
class PersonAdmin(UserAdmin, ModelAdmin):  # type: ignore[misc,type-arg]
    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    filter_horizontal = ()

    actions = ("remove_second_factor",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Only who may do everything lets others do everything."""
        fields = list(super().get_readonly_fields(request, obj))
        return fields if request.user.is_superuser else [*fields, "is_superuser"]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        above = obj is not None and obj.is_superuser and not request.user.is_superuser
        return not above and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Runs and the audit name people: an account is ended by making it inactive."""
        return False

    @admin.action(description=gettext_lazy("Remove the second factor"), permissions=["change"])
    def remove_second_factor(self, request: HttpRequest, queryset: "QuerySet[User]") -> None:
        """For who has lost it, recovery codes and all: they sign in by password and set up another."""
        chosen = [person for person in queryset if self.has_change_permission(request, person)]
        Authenticator.objects.filter(user__in=chosen).delete()
        for person in chosen:
            audit.record("factor.remove", person, request.user)
        messages.info(request, _("Removed for %(who)s.") % {"who": ", ".join(map(str, chosen)) or "—"})

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        return super().formfield_for_manytomany(db_field, request, **{**kwargs, **boxes(db_field)})


@admin.register(Group)
class TeamAdmin(GroupAdmin, ModelAdmin):  # type: ignore[misc]
    filter_horizontal = ()

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest | None = None, **kwargs: Any) -> Any:
        return super().formfield_for_manytomany(db_field, request, **{**kwargs, **boxes(db_field)})
