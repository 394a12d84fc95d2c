"""A notice as an e-mail: plain text, known by an id of its own, and marked as sent by a program."""

import smtplib
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage

from ..models import Notice
from ..words import gettext as _
from . import NotDelivered

REFUSED = 500  # from here on a reply says that trying again is of no use. RFC 5321, 4.2.1


def send(notice: Notice) -> None:
    """Raises NotDelivered. Sent twice, as after a crash, it has the same Message-ID. RFC 5322, 3.6.4."""
    if not settings.EMAIL_FROM:
        raise NotDelivered(_("EMAIL_URL and EMAIL_FROM are not set."))
    host = urlsplit(settings.PUBLIC_URL).hostname
    headers = {"Message-ID": f"<notice-{notice.pk}@{host}>", "Auto-Submitted": "auto-generated"}  # RFC 3834, 5
    mail = EmailMessage(one_line(notice.subject), notice.text, settings.EMAIL_FROM, [notice.to], headers=headers)
    try:
        mail.send()
    except smtplib.SMTPRecipientsRefused as error:
        code, said = next(iter(error.recipients.values()))
        words = said.decode(errors="replace") if isinstance(said, bytes) else str(said)
        text = _("The mail server refuses the recipient: {code} {words}").format(code=code, words=words)
        raise NotDelivered(text, for_good=code >= REFUSED) from error
    except (smtplib.SMTPException, OSError) as error:
        raise NotDelivered(_("The mail server did not take it: {error}").format(error=error)) from error


def one_line(text: str) -> str:
    """A header holds no line breaks."""
    return " ".join(text.split())
