"""Digests to channels: notices of the same outbox as mails and webhooks, posted by `manage.py slackbot`."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from ..models import Environment, Firing, Notice
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
        if not posted(notice, channel, name):
            calls.post(channel, said, name)
    except Busy as busy:
        text = _("Slack wants to be left alone for {n} s.").format(n=round(busy.seconds))
        raise NotDelivered(text, soon=True) from busy
    except Refused as refused:
        outbox.keep(notice, cursor="")  # Slack may not know it any more
        raise NotDelivered(refused.message) from refused
    except Away as away:
        raise NotDelivered(_("Slack is not reached: {error}").format(error=away)) from away


def posted(notice: Notice, channel: str, name: Mapping[str, int]) -> bool:
    """Whether an earlier try has come to the channel, however long ago. Raises as `calls.find`."""
    since, go_on = firing(notice).fired_at, partial(outbox.keep, notice)
    return notice.tries > 1 and bool(calls.find(channel, name, since, go_on, cursor=notice.cursor))


def page(notice: Notice) -> str:
    """Where all of it is."""
    return settings.PUBLIC_URL + reverse("admin:opsportal_policy_page", args=[firing(notice).policy_id])


def firing(notice: Notice) -> Firing:
    """What tells of a run instead goes to no channel."""
    assert notice.firing is not None  # noqa: S101
    return notice.firing
