"""What is typed becomes what is done: by the portal's own functions, as the portal's person, and with an answer."""

from collections.abc import Callable
from functools import partial

import structlog
from django.conf import settings
from django.contrib.auth.models import User
from django.db import DatabaseError
from django.utils.translation import override

from .. import audit, redaction
from ..errors import OpsError, Refused
from ..words import gettext as _
from . import commands, help_words, knowing, looking, muting, people, replies, starting, steering, who_words
from .asking import Asker
from .blocks import Message
from .looking import Reply
from .requests import Answer, Known, Misread, Request

log = structlog.get_logger(__name__)

LONGEST = 4_000  # characters that are read; more is not cut, for a part may mean something else
WAY = "Slack"  # beside the name in the audit

Read = Callable[[str, Known], Answer]
Deed = Callable[[User], Reply | None]
DEEDS: dict[str, Callable[[Asker, User, Request], Reply | None]] = {
    "help": looking.helped,
    "status": looking.status,
    "findings": looking.findings,
    "credits": looking.credits_,
    "who": looking.who,
    "mute": muting.asked,
    "cancel": steering.asked,
    "retry": steering.asked,
    "run": starting.start,
    "sweep": starting.start,
}


def typed(asker: Asker, text: str, read: Read) -> None:
    """Do what the text says. `read`: as a command, or as a message to the bot."""
    answered(asker, partial(understood, asker, text, read))


def understood(asker: Asker, text: str, read: Read, user: User) -> Reply | None:
    """Raises OpsError."""
    if len(text) > LONGEST:
        raise Refused(_("That is too long. Use the form in the portal."))
    found = read(redaction.kept(text), knowing.known(user, asker))
    if isinstance(found, Misread):
        return Reply(help_words.misread(found))
    return DEEDS[found.verb](asker, user, found)


def as_command(text: str, known: Known) -> Answer:
    return commands.command(text, known)


def as_message(text: str, known: Known) -> Answer:
    return commands.mention(text, known)


def answered(asker: Asker, deed: Deed) -> None:
    """Do this as the portal's person, and answer; who is none yet is told how to become one."""
    with override(settings.LANGUAGE_CODE), audit.through(WAY):
        reply = attempted(asker, deed)
        if reply:
            replies.tell(asker, reply.message, reply.about)


def attempted(asker: Asker, deed: Deed) -> Reply | None:
    try:
        user = people.of(asker.who)
        return deed(user) if user else Reply(who_words.stranger(people.link(asker.who)))
    except OpsError as error:
        return Reply(who_words.not_done(error.message))
    except DatabaseError:
        log.exception("the database did not do what was asked for in Slack")
        return Reply(who_words.not_done(_("The portal’s database does not answer. Try again in a minute.")))
    except Exception:
        log.exception("what was asked for in Slack failed")
        return Reply(broken())


def broken() -> Message:
    return who_words.not_done(_("Something went wrong here. The portal’s log says what."))
