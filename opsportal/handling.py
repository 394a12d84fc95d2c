"""What people do to findings: acknowledge, snooze, exempt, assign, open again. All that is chosen, or nothing."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from . import audit, clock, rights, turns
from .errors import Invalid, Refused
from .models import Finding, FindingChange
from .words import format_lazy, gettext_lazy, on_record
from .writers import in_line

MOST = 200  # findings handled at once
BATCH = 500  # that are opened again in one transaction
LONGEST = timedelta(days=180)  # of a snooze or an exemption
NAMED = 3  # of the findings in a sentence

S = Finding.State
K = FindingChange.Kind
HIDDEN = (S.SNOOZED, S.EXEMPT)
OVER = {S.SNOOZED: gettext_lazy("The snooze is over."), S.EXEMPT: gettext_lazy("The exemption is over.")}


@dataclass(frozen=True)
class Deed:
    """One thing that is done to findings: the columns it sets, and what history and audit say of it."""

    kind: FindingChange.Kind
    sets: Mapping[str, Any]
    text: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)

    def changes(self, finding: Finding) -> bool:
        """Whether the finding is not as this deed would leave it."""
        return any(getattr(finding, name) != value for name, value in self.sets.items())


def acknowledge(ids: Collection[int], by: Any, reason: str = "") -> int:
    """Say that somebody knows; `reason`: what is done about it. Raises Invalid, Refused."""
    sets = {"state": S.ACKNOWLEDGED, "until": None, "reason": reason}
    return handle(ids, by, Deed(K.ACKNOWLEDGED, sets, reason, {"reason": reason}))


def snooze(ids: Collection[int], by: Any, until: datetime, reason: str = "") -> int:
    """Hide them until then, 180 days at most. Raises Invalid, Refused."""
    return handle(ids, by, hiding(S.SNOOZED, K.SNOOZED, until, reason))


def exempt(ids: Collection[int], by: Any, until: datetime, reason: str) -> int:
    """Let them be as they are until then, 180 days at most, for a reason everybody reads. Raises Invalid, Refused."""
    if not reason:
        raise Invalid(_("Say why they are exempt: everybody who meets them reads it."), "reason")
    return handle(ids, by, hiding(S.EXEMPT, K.EXEMPTED, until, reason))


def assign(ids: Collection[int], by: Any, to: User | None) -> int:
    """Make them this person's, None: nobody's. Raises Invalid, Refused: this person may not see one of them."""
    name = to.username if to else on_record(gettext_lazy("nobody"))
    return handle(ids, by, Deed(K.ASSIGNED, {"assigned_to_id": to.pk if to else None}, name, {"to": name}), to)


def reopen(ids: Collection[int], by: Any) -> int:
    """End what was said of them: they are open again, of the age they have. Raises Invalid, Refused."""
    return handle(ids, by, Deed(K.OPENED, {"state": S.OPEN, "until": None, "reason": ""}))


def hiding(state: Finding.State, kind: FindingChange.Kind, until: datetime, reason: str) -> Deed:
    """Raises Invalid: the time is over, or too far away."""
    now = clock.now()
    if until <= now:
        raise Invalid(_("The day has to come yet: choose tomorrow or later."), "until")
    if until > now + LONGEST:
        last = timezone.localtime(now + LONGEST)
        words = {"n": LONGEST.days, "last": f"{last:%Y-%m-%d}"}
        raise Invalid(_("That is too far away: at most %(n)s days, until %(last)s.") % words, "until")
    day = f"{timezone.localtime(until):%Y-%m-%d}"
    said = gettext_lazy("until {day}: {reason}") if reason else gettext_lazy("until {day}")
    text = on_record(format_lazy(said, day=day, reason=reason))
    return Deed(kind, {"state": state, "until": until, "reason": reason}, text, {"until": day, "reason": reason})


def handle(ids: Collection[int], by: Any, deed: Deed, to: User | None = None) -> int:
    """Do it to all of these in one transaction: how many it changed. Raises Invalid, Refused."""
    require_some(ids)
    return whole(partial(do, sorted(ids), by, deed, to))


def require_some(ids: Collection[int]) -> None:
    """Raises Invalid: none, or more than are handled at once."""
    if not ids:
        raise Invalid(_("Choose at least one finding."), "pick")
    if len(ids) > MOST:
        raise Invalid(_("Choose %(n)s findings at most.") % {"n": MOST}, "pick")


def whole(work: Callable[[], int]) -> int:
    """Do this in one transaction, again when it deadlocked."""

    def once() -> int:
        with in_line(), transaction.atomic(durable=True):
            return work()

    return turns.retried(once)


def do(ids: Sequence[int], by: Any, deed: Deed, to: User | None) -> int:
    found = held(ids)
    require(found, len(ids), by, to)
    changed, now = [finding for finding in found if deed.changes(finding)], clock.now()
    record(changed, deed, now, str(by))
    for finding in changed:
        audit.record(f"finding.{deed.kind}", finding, by, deed.data, at=now)
    return len(changed)


def held(ids: Sequence[int]) -> list[Finding]:
    """These findings with their environments, theirs alone to change until the transaction ends."""
    rows = Finding.objects.select_for_update().filter(pk__in=ids).order_by("pk")
    return list(rows.prefetch_related("environment"))


def require(found: Sequence[Finding], asked: int, by: Any, to: User | None) -> None:
    """Everything that stands against it, with the names of those it stands against. Raises Refused."""
    if len(found) < asked or not all(rights.may_view(by, finding.environment) for finding in found):
        raise Refused(_("You don’t have the right to see one of these findings, or it is gone. Nothing was changed."))
    if alien := [each for each in found if not rights.may(by, rights.OPERATE, each.environment)]:
        text = _("You don’t have the right to handle %(names)s: it takes an operator there. Nothing was changed.")
        raise Refused(text % {"names": named(alien)})
    if closed := [each for each in found if each.state == S.CLOSED]:
        raise Refused(_("Not true any more: %(names)s. Nothing was changed.") % {"names": named(closed)})
    if to and (unseen := [each for each in found if not rights.may_view(to, each.environment)]):
        text = _("%(who)s doesn’t have the right to see %(names)s. Give them a role there first.")
        raise Refused(text % {"who": to.username, "names": named(unseen)})


def named(findings: Sequence[Finding]) -> str:
    """Such as “vol-1 (prod), vol-2 (prod) and 7 more”."""
    names = ", ".join(f"{each.name or each.resource} ({each.environment.name})" for each in findings[:NAMED])
    if len(findings) <= NAMED:
        return names
    return _("%(names)s and %(count)d more") % {"names": names, "count": len(findings) - NAMED}


def record(findings: Sequence[Finding], deed: Deed, now: datetime, by: str) -> None:
    """Set the columns of findings that are held, and write their history."""
    Finding.objects.filter(pk__in=[each.pk for each in findings]).update(**deed.sets)
    rows = [FindingChange(finding=each, at=now, kind=deed.kind, by=by[:150], text=deed.text) for each in findings]
    FindingChange.objects.bulk_create(rows)


def wake(now: datetime) -> int:
    """Open what was snoozed or exempt until now: how many, a batch at most. One query where there is nothing."""
    over = Finding.objects.filter(state__in=HIDDEN, until__lte=now).order_by("until")
    ids = list(over.values_list("pk", flat=True)[:BATCH])
    return whole(partial(end, sorted(ids), now)) if ids else 0


def end(ids: Sequence[int], now: datetime) -> int:
    """Open those of these that nobody has touched meanwhile."""
    due = [each for each in held(ids) if each.state in HIDDEN and each.until and each.until <= now]
    for state, text in OVER.items():
        sets = {"state": S.OPEN, "until": None, "reason": ""}
        record([each for each in due if each.state == state], Deed(K.OPENED, sets, on_record(text)), now, "")
    return len(due)
