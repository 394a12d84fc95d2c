"""API tokens: made and shown once, seen by whom they speak for, revoked for good."""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from unfold.admin import ModelAdmin
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from .. import clock, rights
from ..api import tokens
from ..api.callers import GIVES
from ..errors import Invalid, Refused
from ..models import Environment, Token
from ..templatetags import ops
from .boxes import boxed

DAYS = ((7, gettext_lazy("7 days")), (30, gettext_lazy("30 days")), (90, gettext_lazy("90 days")))
YEAR = ((365, gettext_lazy("A year")),)


class TokenForm(forms.ModelForm):  # type: ignore[type-arg]
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("May"),
        choices=Token.Scope.choices,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=gettext_lazy("Never more than you may yourself."),
    )
    environments = forms.ModelMultipleChoiceField(
        label=gettext_lazy("On these environments"),
        queryset=Environment.objects.none(),
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )
    days = forms.TypedChoiceField(
        label=gettext_lazy("Ends after"), choices=(*DAYS, *YEAR), coerce=int, initial=90, widget=UnfoldAdminSelectWidget
    )
    person: Any = None  # set by the view: who makes it

    class Meta:
        model = Token
        fields = ("name", "scopes", "everywhere", "environments")
        help_texts = {"everywhere": gettext_lazy("All that you may see, those to come too.")}
        widgets = {"name": UnfoldAdminTextInputWidget, "everywhere": UnfoldBooleanSwitchWidget}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["environments"].queryset = rights.environments(self.person).order_by("name")  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not cleaned.get("everywhere") and not cleaned.get("environments"):
            self.add_error("environments", _("Choose an environment, or all of them."))
        if not self.errors:
            self.refuse_too_much(cleaned)
        return cleaned

    def refuse_too_much(self, cleaned: dict[str, Any]) -> None:
        given = {right for scope in cleaned["scopes"] for right in GIVES[scope]}
        if not all(rights.may(self.person, right) for right in given):
            return self.add_error("scopes", _("You can't give a right that you have on no environment."))
        try:
            tokens.check(self.person, cleaned["scopes"], timedelta(days=cleaned["days"]), named(cleaned) or ())
        except Invalid as error:
            self.add_error(None, error.message)
        except Refused as error:
            self.add_error("environments", error.message)


def named(cleaned: dict[str, Any]) -> list[Environment] | None:
    """The environments that a token is for; None: all of the person's."""
    return None if cleaned["everywhere"] else list(cleaned["environments"])


@admin.register(Token)
class TokenAdmin(ModelAdmin):  # type: ignore[misc]
    list_display = ("name", "prefix", "speaks_for", "may", "where", "state", "used_at", "expires_at")
    search_fields = ("name", "prefix", "person__username")
    list_select_related = ("person",)
    actions = ("revoke",)
    list_before_template = "opsportal/tokens.html"
    change_form_outer_before_template = "opsportal/token_page.html"

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Token]":
        """One's own; who manages accounts sees all."""
        rows = super().get_queryset(request).prefetch_related("environments")
        return rows if request.user.has_perm("auth.change_user") else rows.filter(person=request.user)  # type: ignore[no-any-return]

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return rights.may_view(request.user)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return rights.may_view(request.user)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return rights.may_view(request.user)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """The audit names it: a token is ended by revoking it."""
        return False

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return ("name", "scopes", "everywhere", "environments", "days")
        return (
            "name",
            "prefix",
            "speaks_for",
            "may",
            "where",
            "state",
            "created_at",
            "expires_at",
            "used_at",
            "revoked_at",
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.get_fields(request, obj) if obj else ()

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """The form knows who makes the token; a token that is there is only looked at."""
        if obj is None:
            return type("Form", (TokenForm,), {"person": request.user})
        return super().get_form(request, obj, change, **kwargs)

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """One token at a time: each is seen once."""
        once = {"show_save_and_add_another": False, "show_save_and_continue": False}
        return super().add_view(request, form_url, {**once, **(extra_context or {})})  # type: ignore[no-any-return]

    def save_model(self, request: HttpRequest, obj: Token, form: Any, change: bool) -> None:
        given = form.cleaned_data
        ends = clock.now() + timedelta(days=given["days"])
        token, secret = tokens.make(request.user, given["name"], given["scopes"], ends, named(given))  # type: ignore[arg-type]
        vars(obj).update(vars(token))
        vars(obj).update(secret=secret)  # for this answer alone

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """`tokens.make` has done it."""

    def response_add(self, request: HttpRequest, obj: Token, post_url_continue: Any = None) -> HttpResponse:
        """The only time that the token is seen: in this answer, not in an address, a session or a message."""
        context = {
            **self.admin_site.each_context(request),
            "title": _("Token made"),
            "crumbs": [(_("API tokens"), reverse("admin:opsportal_token_changelist")), (obj.name, "")],
            "token": obj,
        }
        return TemplateResponse(request, "opsportal/token.html", context)

    @admin.action(description=gettext_lazy("Revoke"), permissions=["view"])
    def revoke(self, request: HttpRequest, queryset: "QuerySet[Token]") -> None:
        chosen = list(queryset.filter(revoked_at=None))
        for token in chosen:
            tokens.revoke(token, request.user)  # type: ignore[arg-type]
        messages.info(request, _("Revoked: %(names)s.") % {"names": ", ".join(map(str, chosen)) or "—"})

    def get_urls(self) -> list[URLPattern]:
        ours = path("<int:pk>/revoke/", self.admin_site.admin_view(self.revoke_one), name="opsportal_token_revoke")
        return [ours, *super().get_urls()]

    @method_decorator(require_POST)
    def revoke_one(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Revoke the token of this page, then back to it."""
        token = get_object_or_404(self.get_queryset(request), pk=pk)
        tokens.revoke(token, request.user)  # type: ignore[arg-type]
        messages.info(request, _("Revoked: %(names)s.") % {"names": token})
        return redirect("admin:opsportal_token_change", pk)

    @admin.display(description=gettext_lazy("speaks for"), ordering="person__username")
    def speaks_for(self, obj: Token) -> str:
        return str(obj.person)

    @admin.display(description=gettext_lazy("may"))
    def may(self, obj: Token) -> str:
        return ", ".join(str(Token.Scope(scope).label) for scope in obj.scopes)

    @admin.display(description=gettext_lazy("environments"))
    def where(self, obj: Token) -> str:
        if obj.everywhere:
            return _("all")
        return ", ".join(each.name for each in obj.environments.all()) or "—"

    @admin.display(description=gettext_lazy("state"))
    def state(self, obj: Token) -> SafeString:
        if obj.revoked_at:
            return boxed(ops.chip("rest", "block", _("Revoked")))
        if obj.expires_at <= clock.now():
            return boxed(ops.chip("rest", "schedule", _("Expired")))
        if not obj.person.is_active:
            return boxed(ops.chip("rest", "block", _("Its person has left")))
        return boxed(ops.chip("ok", "check_circle", _("Active")))
