"""Modals that were sent: what they ask for is done while Slack waits, for it needs the database alone.

Slack docs: view_submission payload; response_action.
"""

from collections.abc import Mapping
from typing import Any

import structlog
from django.conf import settings
from django.contrib.auth.models import User
from django.db import DatabaseError
from django.utils.translation import override

from .. import approvals, audit, rights
from ..errors import Invalid, OpsError, Refused
from ..models import Approval
from ..words import gettext as _
from . import answers, doing, modals, people, pressing, start_words, starting, views, who_words
from .asking import Asker
from .blocks import Message
from .views import View

log = structlog.get_logger(__name__)

Answer = dict[str, Any]


def sent(asker: Asker, view: Mapping[str, Any]) -> Answer:
    """What Slack is answered with: errors next to inputs, or what has been done in place of the form."""
    with override(settings.LANGUAGE_CODE), audit.through(doing.WAY):
        blocks = blocks_of(view)
        try:
            return shown(done(asker, view))
        except OpsError as error:
            return wrong(error, blocks)
        except DatabaseError:
            log.exception("the database did not take what was sent in Slack")
            return wrong(Refused(_("The portal’s database does not answer. Try again in a minute.")), blocks)
        except Exception:
            log.exception("what was sent in Slack failed")
            return wrong(Refused(_("Something went wrong here. The portal’s log says what.")), blocks)


def done(asker: Asker, view: Mapping[str, Any]) -> Message:
    """Raises OpsError."""
    user = people.of(asker.who)
    if user is None:
        raise Refused(_("The portal does not know who you are any more. Write to the bot."))
    if answer := answers.answered(view):
        return answered(user, answer)
    if form := modals.sent(view):
        return started(asker, user, form)
    raise Refused(_("This form is not known here any more. Begin again."))


def answered(user: User, given: answers.Answered) -> Message:
    """Raises Refused."""
    approval = pressing.current(user, given.bound)
    done = approvals.answer(approval.pk, user, given.approve, given.reason, given.typed_name)
    return who_words.not_done(outcome(done, given.approve))


def outcome(approval: Approval, approve: bool) -> str:
    if not approve:
        return _("You have rejected it.")
    count, needed = len(approvals.standing(approval)), approval.needed
    if count < needed:
        return _("You have approved it: {count} of {needed}.").format(count=count, needed=needed)
    return _("You have approved it. The run goes on.")


def started(asker: Asker, user: User, form: modals.Sent) -> Message:
    """Raises Invalid, Refused."""
    book = starting.known_book(form.runbook)
    where = rights.environments(user, rights.OPERATE).filter(name=form.environment).first()
    if where is None:
        raise Invalid(_("Choose an environment."), "environment")
    given = modals.values(book.params, form.texts)
    run = starting.begin(book.name, where, given, user, form.source or asker.source)
    return start_words.started([run])


def shown(message: Message) -> Answer:
    """The message in place of the form."""
    view: View = views.view("done", _("Done"), message.blocks, "")
    return {"response_action": "update", "view": view}


def blocks_of(view: Mapping[str, Any]) -> dict[str, str]:
    """Where errors of this modal are shown."""
    if view.get("callback_id") == answers.ANSWER:
        return answers.BLOCKS
    form = modals.sent(view)
    return modals.blocks_of(form.texts) if form else {}


def wrong(error: OpsError, blocks: Mapping[str, str]) -> Answer:
    """Next to the inputs; where the modal has none, in its place."""
    if not blocks:
        return shown(who_words.not_done(error.message))
    return {"response_action": "errors", "errors": views.errors(error, blocks)}
