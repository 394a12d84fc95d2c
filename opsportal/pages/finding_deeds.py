"""What a person does to findings in the portal: the requests that the buttons of the list and of a finding send."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, time
from typing import Any

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from .. import handling, rights
from ..errors import Invalid, OpsError
from . import cleanup, findings, sieve
from . import finding as finding_page

REASON = 500  # characters
PLAN = "plan"
Asked = Mapping[str, str]
Work = Callable[[Sequence[int], Any, Asked], int]


def day(text: str) -> datetime:
    """When this day begins in the portal's time zone. Raises Invalid."""
    try:
        if found := parse_date(text.strip()):
            return timezone.make_aware(datetime.combine(found, time()))
    except (ValueError, OverflowError):
        pass
    if not text.strip():
        raise Invalid(_("Choose the day until which that holds."), "until")
    raise Invalid(_("“%s” is no day. Write such as 2026-11-21.") % text[:40], "until")


def reason(asked: Asked, name: str) -> str:
    return asked.get(name, "").replace("\0", "").strip()[:REASON]


def person(asked: Asked) -> User | None:
    """Who was chosen, None: nobody. Raises Invalid."""
    number = asked.get("assign_to", "")
    if number == "nobody":
        return None
    known = User.objects.filter(pk=number, is_active=True) if number.isdecimal() and len(number) < 19 else None
    found = known.first() if known is not None else None
    if found is None:
        raise Invalid(_("Choose who takes it, or nobody."), "assign_to")
    return found


def snooze(ids: Sequence[int], by: Any, asked: Asked) -> int:
    return handling.snooze(ids, by, day(asked.get("snooze_until", "")), reason(asked, "snooze_reason"))


def exempt(ids: Sequence[int], by: Any, asked: Asked) -> int:
    return handling.exempt(ids, by, day(asked.get("exempt_until", "")), reason(asked, "exempt_reason"))


VERBS: dict[str, tuple[Work, Callable[[int], str]]] = {
    "acknowledge": (
        lambda ids, by, asked: handling.acknowledge(ids, by),
        lambda n: ngettext("%(n)d finding is acknowledged.", "%(n)d findings are acknowledged.", n),
    ),
    "snooze": (snooze, lambda n: ngettext("%(n)d finding is snoozed.", "%(n)d findings are snoozed.", n)),
    "exempt": (exempt, lambda n: ngettext("%(n)d finding is exempt.", "%(n)d findings are exempt.", n)),
    "assign": (
        lambda ids, by, asked: handling.assign(ids, by, person(asked)),
        lambda n: ngettext("%(n)d finding is assigned.", "%(n)d findings are assigned.", n),
    ),
    "open": (
        lambda ids, by, asked: handling.reopen(ids, by),
        lambda n: ngettext("%(n)d finding is open again.", "%(n)d findings are open again.", n),
    ),
}


@require_POST
def several(request: HttpRequest, verb: str) -> HttpResponse:
    """Do it to those chosen in the list, then back to it; what is refused is said there, with the choice kept.

    PLAN does nothing to them: it leads to the form that starts a clean-up of them.
    """
    rights.require_view(request.user)
    back = QueryDict(request.POST.get("back", "")[:2000])
    ids = sieve.picked(request.POST.getlist("pick"))
    try:
        if verb == PLAN:
            cleanup.wanted(ids, request.user)
            return redirect(cleanup.address(ids))
        do(request, verb, ids)
    except OpsError as error:
        return findings.listed(request, back, error.message, status(error), ids)
    return redirect(f"{reverse('findings')}?{kept(back)}")


@require_POST
def one(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Do it to this finding, then back to its page."""
    known = finding_page.seen(request, pk)
    try:
        do(request, verb, [pk])
    except OpsError as error:
        return finding_page.told(request, known, error.message, status(error))
    return redirect("finding", pk)


def do(request: HttpRequest, verb: str, ids: Sequence[int]) -> None:
    """Raises Http404, Invalid, Refused."""
    if verb not in VERBS:
        raise Http404(_("Nobody can do that to a finding."))
    work, said = VERBS[verb]
    changed = work(ids, request.user, request.POST)
    messages.info(request, said(changed) % {"n": changed} if changed else _("All of it was so already."))


def status(error: OpsError) -> int:
    return 422 if isinstance(error, Invalid) else 409


def kept(back: Asked) -> str:
    """The list's query, as far as it is one."""
    try:
        return sieve.read(back).query()
    except Invalid:
        return ""
