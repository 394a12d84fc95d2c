"""Policies as Home shows them: those that missed their time or failed, and those that are due next."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from .. import policies, rights
from ..firings import without
from ..models import Policy
from . import firings
from .looks import Look

READ = 200  # policies that are looked at, those due first
TROUBLED, NEXT = 5, 3  # shown
BAD = "bad"


@dataclass(frozen=True)
class Row:
    """A policy with what it suffers from; `note`: since when, and why."""

    policy: Policy
    look: Look
    note: str


def card(user: Any, now: datetime) -> dict[str, Any]:
    """For the person who may see all environments of a policy; by a constant number of queries."""
    seen = list(firings.with_last(policies.covered(user)).filter(enabled=True).order_by("next_due", "pk")[:READ])
    troubled = list(suffering(seen, user, now))
    return {
        "troubled": troubled[:TROUBLED],
        "more_troubled": max(0, len(troubled) - TROUBLED),
        "upcoming": [(each, firings.shown(each, each.next_due)) for each in seen if later(each, now)][:NEXT],
        "policies": len(seen),
    }


def later(policy: Policy, now: datetime) -> bool:
    return policy.next_due is not None and policy.next_due > now


def suffering(seen: Iterable[Any], user: Any, now: datetime) -> Iterable[Row]:
    """Those that are overdue, whose last firing or one of its runs failed, or came after times that were missed."""
    seen, hidden = list(seen), rights.hidden(user)
    last = firings.last(seen, user)
    for policy in seen:
        state = firings.state(policy, now)
        firing, look = last.get(policy.last, (None, None))
        reason = without(firing.reason, hidden) if firing else ""
        if state.colour == BAD:
            yield Row(policy, state, _("was due {time}").format(time=firings.shown(policy, policy.next_due)))
        elif firing and look and look.colour == BAD:
            yield Row(policy, look, noted(firings.shown(policy, firing.due_at), reason))
        elif firing and firing.missed:
            word = ngettext("{n} missed", "{n} missed", firing.missed).format(n=firing.missed)
            yield Row(policy, Look("ask", "warning", word), noted(firings.shown(policy, firing.due_at), reason))


def noted(time: str, reason: str) -> str:
    """When, and the last line of why: what was missed stands before what was refused."""
    return " · ".join(filter(None, [time, reason.splitlines()[-1] if reason else ""]))
