"""A policy's page: what it does and when, its firings with their runs, and what a person can do with it."""

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from .. import catalog, checks, clock, policies, rights
from .. import firings as firing
from ..errors import Invalid, OpsError
from ..models import Policy
from . import firings, keys, start
from .fields import schema_of
from .yields import spelled

LIST = "admin:opsportal_policy_changelist"
PAGE = "admin:opsportal_policy_page"
FIRINGS = 20  # the last ones, which the page shows
DEEDS: Mapping[str, tuple[Callable[[int, Any, str], Any], str]] = {
    "run": (firing.run_now, gettext_noop("“%(name)s” was run.")),
    "enable": (lambda pk, by, _nonce: policies.enable(pk, by), gettext_noop("“%(name)s” is enabled.")),
    "disable": (
        lambda pk, by, _nonce: policies.disable(pk, by),
        gettext_noop("“%(name)s” is disabled: it starts nothing until it is enabled again."),
    ),
}


@never_cache
@require_GET
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """The policy as it is now."""
    known = get_object_or_404(policies.covered(request.user), pk=pk)
    now, params = clock.now(), start.without_secrets(known.params)[0]
    context = {
        "policy": known,
        "what": catalog.title(known.runbook),
        "checks": names(known),
        "params": params,
        "limits": limits(params.get("limits", {})) if known.runbook == policies.SWEEP else [],
        "state": firings.state(known, now),
        "times": upcoming(known) if known.enabled else [],
        "rows": firings.rows(known, request.user, FIRINGS),
        "may_change": administers(request.user, known),
        "may_run": firing.may_run(known, request.user),
        "nonce": keys.fresh(),
    }
    crumbs = [(_("Policies"), reverse(LIST)), (known.name, "")]
    return render(request, "opsportal/policy.html", known.name, crumbs, context)


def names(policy: Policy) -> list[str]:
    """The titles of its checks; the name of one that is no more."""
    chosen = [(name, checks.check(name)) for name in policy.params.get("checks", ())]
    return [_(check.title) if check else name for name, check in chosen] if policy.runbook == policies.SWEEP else []


def limits(given: Mapping[str, Mapping[str, Any]]) -> list[tuple[str, list[tuple[str, str]]]]:
    """The limits that are not as usual, of each check by their titles; their names where it is no more."""
    return [titled(name, values) for name, values in given.items()]


def titled(name: str, values: Mapping[str, Any]) -> tuple[str, list[tuple[str, str]]]:
    check = checks.check(name)
    known = schema_of(check.limits).get("properties", {}) if check else {}
    told = [(_(str(known.get(key, {}).get("title", key))), spelled(value)) for key, value in values.items()]
    return _(check.title) if check else name, told


def upcoming(policy: Policy) -> list[str]:
    """The next three times in its zone, as text; none for a schedule that can't be read."""
    try:
        return [f"{at:%Y-%m-%d %H:%M %Z}" for at in policies.times(policy, clock.now())]
    except Invalid:
        return []


def administers(user: Any, policy: Policy) -> bool:
    """Whether this person administers all its environments; one that has none left takes the right on all."""
    return policies.covered(user, rights.ADMINISTER).filter(pk=policy.pk).exists()


@require_POST
def do(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Run it now, enable or disable it, then back to its page; the same form sent twice runs it once."""
    known = get_object_or_404(policies.covered(request.user), pk=pk)
    if verb not in DEEDS:
        raise PermissionDenied(_("Choose run, enable or disable."))
    deed, sentence = DEEDS[verb]
    try:
        deed(pk, request.user, request.POST.get("nonce", ""))
        messages.success(request, _(sentence) % {"name": known.name})
    except OpsError as error:
        messages.error(request, error.message)
    return redirect(PAGE, pk)


def delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask, saying what would be lost, and delete it when that was confirmed."""
    known = get_object_or_404(policies.covered(request.user, rights.ADMINISTER), pk=pk)
    if request.method == "POST":
        policies.delete(pk, request.user)
        messages.success(request, _("“%(name)s” is deleted.") % {"name": known.name})
        return redirect(LIST)
    crumbs = [(_("Policies"), reverse(LIST)), (known.name, reverse(PAGE, args=[pk])), (_("Delete"), "")]
    context = {"policy": known, "firings": known.firings.count()}
    return render(request, "opsportal/policy_delete.html", _("Delete “%s”") % known.name, crumbs, context)


def render(
    request: HttpRequest, template: str, title: str, crumbs: list[tuple[str, str]], context: dict[str, Any]
) -> HttpResponse:
    full = {**admin.site.each_context(request), **context, "title": title, "crumbs": crumbs, "is_fullwidth": "1"}
    return TemplateResponse(request, template, full)
