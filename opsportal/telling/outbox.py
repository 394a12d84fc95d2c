"""Notices on their way: written with what they tell of, taken by one worker at a time, tried again for a day."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import structlog
from django.db import Error, transaction
from django.db.models import F, Q, QuerySet

from .. import audit, clock, nudges, rights
from ..errors import Refused
from ..models import Notice
from ..words import gettext as _
from ..writers import in_line
from . import NotDelivered, mail, recipients, webhooks

log = structlog.get_logger(__name__)

LEASE = timedelta(minutes=1)  # longer than a delivery takes
FIRST, LONGEST = timedelta(seconds=30), timedelta(hours=1)  # between two tries
PATIENCE = timedelta(days=1)  # after which nobody tries any more
N = Notice.Status
TO_SLACK = Q(to__startswith="#")  # what `manage.py slackbot` delivers, and no worker


def put(notices: Sequence[Notice], now: datetime) -> None:
    """Write them down within the caller's transaction; they leave after it. What is known is not told again."""
    for each in notices:
        each.created_at = each.due_at = now
    known = Notice.objects.bulk_create(notices, ignore_conflicts=True)
    if known:
        about = {"firing": known[0].firing_id, "run": known[0].run_id, "due_at": now, "status": N.WAITING}
        keys = list(Notice.objects.filter(~TO_SLACK, **about).values_list("pk", flat=True))
        transaction.on_commit(partial(nudges.deliver, keys))


def due(now: datetime, most: int) -> list[int]:
    """Notices that workers are to try now, those that wait longest first."""
    rows = Notice.objects.filter(~TO_SLACK, due_at__lte=now).order_by("due_at")
    return list(rows.values_list("pk", flat=True)[:most])


def by_address(notice: Notice) -> None:
    """Send it as its recipient says. Raises NotDelivered."""
    (webhooks if recipients.is_webhook(notice.to) else mail).send(notice)


def deliver(notice_id: int, send: Callable[[Notice], None] = by_address) -> None:
    """Try it once, unless somebody else does. Safe to repeat."""
    notice = take(notice_id, clock.now())
    if notice is None:
        return
    try:
        send(notice)
    except NotDelivered as error:
        log.warning("a notice was not delivered", notice=notice.pk, reason=error.message)
        put_back(notice, error, clock.now())
    except Error:  # the database's: the pump comes again
        raise
    except Exception as error:
        log.exception("a notice's code failed", notice=notice.pk)
        text = _("opsportal's own code failed here, {kind}: {error}. The worker's log has more.")
        put_back(notice, NotDelivered(text.format(kind=type(error).__name__, error=error)), clock.now())
    else:
        ours(notice).update(status=N.SENT, sent_at=clock.now(), due_at=None, error="")


def take(notice_id: int, now: datetime) -> Notice | None:
    """The notice, which is ours for a minute, by compare-and-set; None: it is not due."""
    mine = Notice.objects.filter(pk=notice_id, due_at__lte=now)
    if not mine.update(due_at=now + LEASE, tries=F("tries") + 1):
        return None
    return Notice.objects.get(pk=notice_id)


def ours(notice: Notice) -> "QuerySet[Notice]":
    """Its row, unless somebody has taken it since."""
    return Notice.objects.filter(pk=notice.pk, status=N.WAITING, tries=notice.tries)


def keep(notice: Notice, cursor: str) -> None:
    """Note how far the search for it has come, and have it for another minute. Raises NotDelivered: it is not ours."""
    if not ours(notice).update(cursor=cursor, due_at=clock.now() + LEASE):
        raise NotDelivered(_("Somebody else sends it by now."))


def put_back(notice: Notice, error: NotDelivered, now: datetime) -> None:
    """Try again when it has waited as long again as until now, or soon, or give it up."""
    later = now + (FIRST if error.soon else min(LONGEST, max(FIRST, now - notice.created_at)))
    if error.for_good or later > notice.created_at + PATIENCE:
        ours(notice).update(status=N.FAILED, due_at=None, error=error.message)
    else:
        ours(notice).update(due_at=later, error=error.message)


def again(ids: Collection[int], by: Any) -> int:
    """Try these at once that have not arrived, for another day; how many. Raises Refused."""
    with in_line(), transaction.atomic():
        rows = Notice.objects.select_for_update().filter(pk__in=ids).exclude(status=N.SENT)
        found = list(rows.order_by("pk").prefetch_related("firing__policy", "run__environment"))
        now = clock.now()
        for each in found:
            if not may_send(by, each):
                text = _(
                    "You don’t have the right to send it again. Who administers all environments of its policy has."
                )
                raise Refused(text)
            audit.record("notice.again", each, by, {"to": each.to}, at=now)
        keys = [each.pk for each in found]
        by_workers = [each.pk for each in found if not each.to.startswith("#")]
        fresh = {"status": N.WAITING, "created_at": now, "due_at": now, "cursor": ""}
        Notice.objects.filter(pk__in=keys).update(**fresh, tries=F("tries") + 1)
        transaction.on_commit(partial(nudges.deliver, by_workers))
    return len(keys)


def may_send(user: Any, notice: Notice) -> bool:
    """Whether this person administers all environments of the policy, or the run's, that it tells of."""
    places = list(notice.firing.policy.environments.all()) if notice.firing else [notice.run.environment]  # type: ignore[union-attr]
    if not places:
        return rights.everywhere(user, rights.ADMINISTER)
    return all(rights.may(user, rights.ADMINISTER, each) for each in places)
