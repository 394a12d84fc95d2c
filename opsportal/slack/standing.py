"""How opsportal stands in Slack: whether its tokens are good, and whether its bot is where it has to write."""

from django.conf import settings

from ..errors import OpsError
from ..models import Environment
from ..words import gettext as _
from . import calls
from .client import client


def check() -> str:
    """Who the bot is and in how many channels it writes; empty: this installation is not in Slack. Raises OpsError."""
    if not settings.SLACK_BOT_TOKEN:
        return ""
    try:
        me = calls.answered("auth.test", "", lambda: client().auth_test())
        places = Environment.objects.exclude(slack_channel="").values_list("slack_channel", "name")
        away = [f"{name} ({channel})" for channel, name in places if not is_member(channel)]
    except (calls.Away, calls.Busy, calls.Refused) as error:
        raise OpsError(_("Slack is not to be used: {error}").format(error=error)) from error
    if away:
        text = _("The bot is not in the channel of: {names}. Invite it there.")
        raise OpsError(text.format(names=", ".join(away)))
    return _("{bot} in {team}, in {n} channels").format(bot=me["user"], team=me["team"], n=len(places))


def is_member(channel: str) -> bool:
    """Whether the bot is in this channel; a private one that it is not in, it does not even see."""
    try:
        found = calls.answered("conversations.info", channel, lambda: client().conversations_info(channel=channel))
    except calls.Refused:
        return False
    return bool(found["channel"].get("is_member"))
