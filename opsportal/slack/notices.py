"""Digests to channels: notices of the same outbox as mails and webhooks, posted by `manage.py slackbot`."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from ..models import Environment, Notice
from ..telling import NotDelivered, outbox
from ..words import gettext as _
from . import bucket, calls, digest_words
from .calls import Away, Busy, Refused

BATCH = 50


def round_of(now: datetime) -> int:
    """Post the digests that are due, as far as there are calls for them; how many. Raises Away, redis.RedisError."""
    rows = Notice.objects.filter(outbox.TO_SLACK, due_at__lte=now).order_by("due_at").values_list("pk", "to")
    shown, used_up = 0, set[str]()
    for pk, to in rows[:BATCH]:
        if to not in used_up and bucket.take("chat.postMessage", to[1:]):
            used_up.add(to)
        elif to not in used_up:
            away: list[Away] = []
            outbox.deliver(pk, partial(sent, away))
            shown += 1
            if away:
                raise away[0]
    return shown


def sent(away: list[Away], notice: Notice) -> None:
    """Send it, and remember that Slack is away: then no other is tried. Raises NotDelivered."""
    try:
        send(notice)
    except NotDelivered as error:
        away += [error.__cause__] if isinstance(error.__cause__, Away) else []
        raise


def send(notice: Notice) -> None:
    """Post it, unless an earlier try did without an answer. Raises NotDelivered."""
    channel, name = notice.to[1:], {"notice": notice.pk}
    if not Environment.objects.filter(slack_channel=channel).exists():
        raise NotDelivered(_("No environment has this channel any more."), for_good=True)
    with translation.override(settings.LANGUAGE_CODE):
        said = digest_words.message(notice.subject, notice.data, page(notice))
    try:
        if notice.tries == 1 or not found(notice, channel, name):
            calls.post(channel, said, name)
    except Busy as busy:
        text = _("Slack wants to be left alone for {n} s.").format(n=round(busy.seconds))
        raise NotDelivered(text, soon=True) from busy
    except Refused as refused:
        outbox.keep(notice, cursor="")  # Slack may not know it any more
        raise NotDelivered(refused.message) from refused
    except Away as away:
        raise NotDelivered(_("Slack is not reached: {error}").format(error=away)) from away


def found(notice: Notice, channel: str, name: Mapping[str, int]) -> bool:
    """Whether an earlier try was posted, however long ago; goes on where the last search ended. Raises as that."""
    assert notice.firing is not None  # noqa: S101  what tells of a run goes to no channel
    for ts, cursor in calls.search(channel, name, notice.firing.fired_at, cursor=notice.cursor):
        if ts:
            return True
        outbox.keep(notice, cursor)
    return False


def page(notice: Notice) -> str:
    """Where all of it is."""
    assert notice.firing is not None  # noqa: S101  what tells of a run goes to no channel
    return settings.PUBLIC_URL + reverse("admin:opsportal_policy_page", args=[notice.firing.policy_id])
