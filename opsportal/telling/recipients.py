"""Whom a policy may tell: e-mail addresses, and addresses of webhooks on hosts that WEBHOOK_HOSTS names."""

from collections.abc import Iterable
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from ..errors import Invalid

LONGEST = 254  # characters; RFC 5321, 4.5.3.1.3, without the brackets
MOST = 20
LOCAL = ("localhost", "127.0.0.1", "::1")


def recipients(lines: Iterable[str]) -> list[str]:
    """Each once, in this order. Raises Invalid with what is wrong with one of them."""
    found = list(dict.fromkeys(line.strip() for line in lines if line.strip()))
    if len(found) > MOST:
        raise Invalid(_("%(n)s recipients are too many; write %(most)s at most.") % {"n": len(found), "most": MOST})
    for each in found:
        if why := against(each):
            raise Invalid(why, "tell")
    return found


def is_webhook(recipient: str) -> bool:
    return "://" in recipient


def against(recipient: str) -> str:
    """Why this recipient can't be told anything; empty: it can."""
    if len(recipient) > LONGEST:
        return _("A recipient of more than %(n)s characters is too long.") % {"n": LONGEST}
    if is_webhook(recipient):
        return against_webhook(recipient)
    try:
        validate_email(recipient)
    except ValidationError:
        text = _("“%(each)s” is neither an e-mail address nor the https:// address of a webhook. Write one a line.")
        return text % {"each": recipient}
    if not settings.EMAIL_FROM:
        return _("No mail leaves this installation. Whoever runs it sets EMAIL_URL and EMAIL_FROM first.")
    return ""


def against_webhook(address: str) -> str:
    """Credentials in an address would be shown to whoever sees the policy; a host of its own choice is none of ours."""
    try:
        parts = urlsplit(address)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        return _("“%(each)s” is no address.") % {"each": address}
    if parts.scheme != "https" and (parts.scheme, host in LOCAL) != ("http", True):
        return _("A webhook’s address begins with https://, not %(scheme)s://.") % {"scheme": parts.scheme}
    if parts.username or parts.password or parts.fragment:
        return _("A webhook’s address holds neither a login nor a fragment: what it gets is signed instead.")
    if not settings.WEBHOOK_SECRET:
        return _("No webhook leaves this installation. Whoever runs it sets WEBHOOK_SECRET and WEBHOOK_HOSTS first.")
    if host not in settings.WEBHOOK_HOSTS:
        text = _("Nothing may be sent to %(host)s. Whoever runs this installation adds it to WEBHOOK_HOSTS first.")
        return text % {"host": host}
    return ""


def is_owner(name: str) -> bool:
    """Whether the owner that a tag names is somebody whom mail may be sent to: of a domain of OWNER_DOMAINS."""
    domain = name.rpartition("@")[2].casefold()
    return domain in settings.OWNER_DOMAINS and not is_webhook(name) and not against(name)
