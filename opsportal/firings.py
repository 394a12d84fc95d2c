"""What becomes of a policy that is due: one firing, however many look, and of each firing one run an environment."""

import random
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.conf import settings
from django.db import Error, transaction
from django.db.models import Exists, OuterRef
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import override

from . import advances, audit, clock, contexts, rights, runs, schedules
from .errors import Invalid, Refused
from .models import Environment, Firing, Policy, Run
from .speakers import Speaker
from .words import format_lazy, gettext_lazy, on_record
from .writers import in_line

log = structlog.get_logger(__name__)

F = Firing.Status
GRACE = timedelta(seconds=10)  # for Beat's nudge, and for who makes a firing to start its runs
NAMED = 10  # runs that a reason names


def look(policy_id: int, now: datetime) -> None:
    """Fire the policy if it is due, and start what has to be started. Safe to repeat."""
    try:
        fire(policy_id, now)
    except Invalid as error:  # it stays due, for a host that knows its time zone, and the portal shows it as overdue
        log.error("a policy is due and can't fire here", policy=policy_id, reason=error.message)
    for firing in Firing.objects.filter(policy=policy_id, status__in=Firing.OPEN).order_by("pk"):
        if firing.status == F.STARTING or comes_next(firing, now):
            start_runs(firing)


def fire(policy_id: int, now: datetime) -> Firing | None:
    """Advance `next_due` and write down the firing, both or neither; None: it is not due, or somebody was quicker.

    What was missed meanwhile is one firing, that of the last time. Raises Invalid: its schedule can't be read here.
    """
    policy = Policy.objects.filter(pk=policy_id, enabled=True, next_due__isnull=False).first()
    if policy is None or policy.next_due is None:
        return None
    if policy.next_due > now:
        advances.put_right(policy, now)
        return None
    missed, due_at = schedules.missed_between(policy.cron, policy.timezone, policy.next_due, now)
    following = schedules.next_after(policy.cron, policy.timezone, now)
    with in_line(), transaction.atomic():
        if not advances.advance(policy, following):
            return None
        status, reason = outcome(policy)
        text = "\n".join(filter(None, [late(missed, policy.next_due), on_record(reason)]))
        told = {"fired_at": now, "missed": missed, "status": status, "reason": text}
        firing, made = Firing.objects.get_or_create(policy=policy, due_at=due_at, defaults=told)
        return firing if made else None  # where the clock was set back it has fired for that time before


def late(missed: int, since: datetime) -> str:
    """What is written down of the times that passed while nothing was there to fire; empty: none did."""
    text = gettext_lazy("Missed before it: {missed}, from {since} UTC on. Nothing was there to fire.")
    return on_record(format_lazy(text, missed=missed, since=f"{since:%Y-%m-%d %H:%M}")) if missed else ""


def outcome(policy: Policy) -> tuple[F, str | Promise]:
    """What a firing that is made now begins as, and why; whoever asks holds the policy's row."""
    before = set(Firing.objects.filter(policy=policy, status__in=Firing.OPEN).values_list("status", flat=True))
    under_way = open_runs(policy.pk)
    if not before and not under_way:
        return F.STARTING, ""
    why: str | Promise = gettext_lazy("The firing before it has not started its runs yet.")
    if under_way:
        open_ones = gettext_lazy("Runs of the firing before it are still open: {runs}.")
        why = format_lazy(open_ones, runs=", ".join(map(str, under_way)))
    queued = policy.overlap == Policy.Overlap.QUEUE and F.WAITING not in before
    return (F.WAITING if queued else F.SKIPPED), why


def open_runs(policy_id: int) -> list[int]:
    """Numbers of the runs that the policy started and that are not over, the first few."""
    rows = Run.objects.filter(firing__policy=policy_id, status__in=Run.OPEN)
    return list(rows.order_by("pk").values_list("pk", flat=True)[:NAMED])


def comes_next(firing: Firing, now: datetime) -> bool:
    """Take a firing that waits once the one before it is over; False: it is not, or somebody was quicker."""
    with in_line(), transaction.atomic():
        Policy.objects.select_for_update().get(pk=firing.policy_id)
        mine = Firing.objects.filter(pk=firing.pk, status=F.WAITING)
        starting = Firing.objects.filter(policy=firing.policy_id, status=F.STARTING)
        if starting.exists() or open_runs(firing.policy_id):
            return False
        return bool(mine.update(status=F.STARTING, fired_at=now))


def start_runs(firing: Firing) -> None:
    """Start its run on each environment, and write down where and why there is none. Safe to repeat."""
    firing.refresh_from_db()
    if firing.status != F.STARTING:  # the policy was disabled, or another worker has done it
        return
    policy = firing.policy
    speaker = Speaker(firing.by or policy.edited_by, policy, firing.pk)
    with override(settings.LANGUAGE_CODE):
        places = list(policy.environments.order_by("name"))
        refusals = [text for each in places if (text := refusal(speaker, firing, each))]
        if not places:
            refusals = [_("The policy names no environment any more.")]
    status = F.STARTED if len(refusals) < len(places) else F.FAILED
    mine = Firing.objects.filter(pk=firing.pk, status=F.STARTING)
    mine.update(status=status, reason="\n".join(filter(None, [firing.reason, *refusals])), told=-1)
    firing.refresh_from_db()


def refusal(speaker: Speaker, firing: Firing, environment: Environment) -> str:
    """Start the run on this environment; why that can't be, empty: it is started, now or before."""
    key = f"{speaker.caller}:{firing.due_at.isoformat()}:{environment.pk}"
    if Run.objects.filter(caller=speaker.caller, key=key).exists():
        return ""
    words = {"where": environment.name, "who": speaker.person}
    if not speaker.is_active:
        return _("%(where)s: %(who)s has left. Save the policy anew: it speaks for you then.") % words
    if not rights.may_start(speaker, environment):
        return _("%(where)s: %(who)s has no right to start runs there.") % words
    try:
        runs.start(firing.policy.runbook, environment, firing.policy.params, speaker, key)
    except (Invalid, Refused) as error:
        return f"{environment.name}: {error.message}"
    except Error:  # the database's: the pump comes again
        raise
    except Exception as error:
        log.exception("a policy could not start a run", policy=firing.policy_id, environment=environment.name)
        text = _("%(where)s: opsportal's own code failed there, %(kind)s. The log has more.")
        return text % {**words, "kind": type(error).__name__}
    return ""


def without(reason: str, hidden: Collection[str]) -> str:
    """The reason without its lines on these environments, which a policy may have named once."""
    return "\n".join(line for line in reason.split("\n") if line.partition(": ")[0] not in hidden)


def run_now(policy_id: int, by: Any, key: str = "") -> Firing:
    """Fire it at once for this person, who may start runs on all its environments. `by`: a user, or a token's caller.

    The same caller and key give the same firing again, for as long as a run's key does. Where the firing before it is
    not over it waits, if the policy says so. Raises Refused.
    """
    mark = contexts.digest([getattr(by, "caller", f"user:{by.pk}"), key]) if key else None
    with in_line(), transaction.atomic():
        policy = Policy.objects.select_for_update().get(pk=policy_id)
        require_run(policy, by)
        now = clock.now()
        firing = marked(policy, mark, now) or by_hand(policy, by, mark, now)
    if firing.status == F.STARTING:
        start_runs(firing)
    return firing


def marked(policy: Policy, mark: str | None, now: datetime) -> Firing | None:
    """The firing that was asked for under this key; one that is too old leaves it free."""
    mine = Firing.objects.filter(policy=policy, key=mark) if mark else Firing.objects.none()
    mine.filter(due_at__lt=now - runs.KEPT).update(key=None)
    return mine.first()


def by_hand(policy: Policy, by: Any, mark: str | None, now: datetime) -> Firing:
    """A firing for this person; whoever asks holds the policy's row. Raises Refused."""
    status, reason = outcome(policy)
    if status == F.SKIPPED or (status == F.WAITING and hasattr(by, "token")):
        raise Refused(str(reason))  # a token's reach is of now, not of when the firing's turn comes
    mine = {"due_at": now, "fired_at": now, "by_id": by.pk, "status": status, "reason": on_record(reason), "key": mark}
    firing = Firing.objects.create(policy=policy, **mine)
    audit.record("policy.run", policy, by, {"firing": firing.pk}, at=now)
    return firing


def may_run(policy: Policy, by: Any) -> bool:
    """Whether this person may start runs on all its environments."""
    return all(rights.may_start(by, each) for each in policy.environments.all())


def require_run(policy: Policy, by: Any) -> None:
    """Raises Refused: not on all of its environments by this person."""
    for each in policy.environments.all():
        rights.require_start(by, each)


def overlooked(now: datetime, most: int) -> list[int]:
    """Policies that nobody has looked at in time: due, or with a firing whose runs have to be started.

    Of more than `most` any: those that no host can fire, as where none knows their time zone, must not hide the others.
    """
    due = Policy.objects.filter(enabled=True, next_due__lte=now - GRACE)
    firings = Firing.objects.order_by()
    stuck = firings.filter(status=F.STARTING, fired_at__lte=now - GRACE)
    busy = Run.objects.filter(firing__policy=OuterRef("policy"), status__in=Run.OPEN)
    starting = firings.filter(policy=OuterRef("policy"), status=F.STARTING)
    free = firings.filter(~Exists(busy), ~Exists(starting), status=F.WAITING)
    rows = due.order_by().values_list("pk").union(stuck.values_list("policy"), free.values_list("policy"))
    found = [pk for (pk,) in rows]
    return random.sample(found, most) if len(found) > most else found
