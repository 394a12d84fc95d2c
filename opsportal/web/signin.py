"""Who may sign in and how: closed accounts, a company's provider, limits, a second factor."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import structlog
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.account.signals import user_logged_in
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.utils import is_mfa_enabled
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import Group, User
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from requests import RequestException

from . import addresses

log = structlog.get_logger(__name__)

BY_COMPANY = "socialaccount"  # allauth's name of that way to sign in
OPEN_TO_ALL = ("/accounts/", "/static/")


class Accounts(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts are made by an administrator; nobody signs up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        return addresses.client(request) or ""


class Company(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """The company's provider: whoever it lets in has an account here, with the groups it names and no other right."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return True

    def is_auto_signup_allowed(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return True

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Let in only addresses of the company's domains that the provider has verified."""
        if not settings.OIDC_DOMAINS or belongs(sociallogin, settings.OIDC_DOMAINS):
            return
        text = _("Sign in with a verified address of %(domains)s.") % {"domains": ", ".join(settings.OIDC_DOMAINS)}
        messages.error(request, text)
        raise ImmediateHttpResponse(redirect("account_login"))

    def save_user(self, request: HttpRequest, sociallogin: SocialLogin, form: Any = None) -> User:
        sociallogin.user.is_staff = True
        return super().save_user(request, sociallogin, form)  # type: ignore[no-any-return]


def reachable(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """The view, with a sentence where the company's provider does not answer."""

    @wraps(view)
    def guarded(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, **kwargs)
        except RequestException as error:
            log.warning("the OpenID Connect provider can't be reached", error=str(error))
            messages.error(request, _("The company’s sign-in can’t be reached. Try again, or use a password."))
            return redirect("account_login")

    return guarded


def belongs(sociallogin: SocialLogin, domains: list[str]) -> bool:
    """Whether the provider vouches for an address in one of these domains."""
    claims = claimed(sociallogin)
    domain = str(claims.get("email", "")).rpartition("@")[2].lower()
    return claims.get("email_verified") is True and domain in domains


def claimed(sociallogin: SocialLogin) -> dict[str, Any]:
    """What the provider says of the person, the user info before the id token."""
    known = sociallogin.account.extra_data
    return {**known.get("id_token", {}), **known.get("userinfo", {})} if "userinfo" in known else known


def take_groups(user: User, claims: dict[str, Any]) -> None:
    """Make the person a member of just those of our groups that the provider names; without the claim: no change."""
    named = claims.get(settings.OIDC_GROUPS_CLAIM)
    if isinstance(named, list):
        user.groups.set(Group.objects.filter(name__in=[str(name) for name in named]))


@receiver(user_logged_in)
def signed_in(sender: Any, request: HttpRequest, sociallogin: SocialLogin | None = None, **kwargs: Any) -> None:
    if sociallogin is not None and settings.OIDC_GROUPS_CLAIM:
        take_groups(sociallogin.user, claimed(sociallogin))


def named(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str:
    """Whom somebody tries to sign in as, for the limits."""
    return str((credentials or {}).get("username") or request.POST.get("login", ""))


def locked_out(request: HttpRequest, credentials: Any, *args: Any, **kwargs: Any) -> HttpResponse:
    """What somebody sees who guessed too often."""
    minutes = int(settings.AXES_COOLOFF_TIME.total_seconds() // 60)
    return render(request, "429.html", {"minutes": minutes}, status=429)


def second_factor(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: with MFA_REQUIRED, who signed in by password sets up a second factor before anything else.

    Who came by the company's provider has its second factor there.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if settings.MFA_REQUIRED and owes_factor(request):
            messages.info(request, _("Set up a second factor first: this opsportal asks everybody for one."))
            return redirect(reverse("mfa_activate_totp"))
        return get_response(request)

    return middleware


def owes_factor(request: HttpRequest) -> bool:
    if request.path.startswith(OPEN_TO_ALL) or not request.user.is_authenticated:
        return False
    records = get_authentication_records(request, request.user)
    by_company = any(record.get("method") == BY_COMPANY for record in records)
    return not by_company and not is_mfa_enabled(request.user)
