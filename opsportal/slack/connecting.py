"""The portal's pages where somebody says who they are in Slack, and takes that back."""

from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ..errors import Refused
from ..models import SlackPerson
from ..words import gettext as _
from . import people


@never_cache
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """Who one is in Slack, and the button that ends it."""
    known = SlackPerson.objects.filter(user=request.user.pk).first()
    return shown(request, {"known": known, "in_slack": bool(settings.SLACK_BOT_TOKEN)})


@never_cache
@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest) -> HttpResponse:
    """Asks whether one is the person of Slack that the link's token names; a POST says yes."""
    token = request.POST.get("token") or request.GET.get("token", "")
    try:
        if request.method == "POST":
            people.confirm(token, signed_in(request))
            messages.info(request, _("You are connected. Slack knows now who you are here."))
            return redirect("slack")
        return asked(request, token)
    except Refused as error:
        return shown(request, {"wrong": error.message}, 403)


def asked(request: HttpRequest, token: str) -> HttpResponse:
    """Raises Refused."""
    claim = people.claimed(token)
    known = people.profile(claim)
    if why := people.against(signed_in(request), known):
        raise Refused(f"{known.name}: {why}")
    return shown(request, {"claim": claim, "profile": known, "token": token})


@require_POST
def disconnect(request: HttpRequest) -> HttpResponse:
    people.disconnect(signed_in(request))
    messages.info(request, _("You are not connected to Slack any more."))
    return redirect("slack")


def signed_in(request: HttpRequest) -> User:
    """Who sent it: the admin lets in nobody else."""
    return User.objects.get(username=request.user.get_username())


def shown(request: HttpRequest, context: dict[str, Any], status: int = 200) -> HttpResponse:
    crumbs = [(_("Slack"), "")]
    full = {**admin.site.each_context(request), **context, "title": _("Slack"), "crumbs": crumbs, "is_fullwidth": "1"}
    return TemplateResponse(request, "opsportal/slack.html", full, status=status)
