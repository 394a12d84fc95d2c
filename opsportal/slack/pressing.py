"""Buttons: each acts on what it was shown with, by what stands in the rows now."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from django.contrib.auth.models import User

from .. import approvals, rights
from ..errors import Refused
from ..models import Approval
from ..words import gettext as _
from . import answers, bindings, doing, home, opening, reading, starting, steering
from .asking import Asker
from .bindings import Bound
from .looking import Reply

LINKS = ("run.open", "people.connect")  # they only open a page, and Slack tells of it all the same
OPEN = Approval.Status.OPEN


def pressed(asker: Asker, action: str, value: str, at_home: bool) -> None:
    """Do what the button says; at Home, show what has become of it."""
    if action in LINKS:
        return
    doing.answered(asker, partial(done, asker, action, value))
    if at_home:
        home.publish(asker.who)


def done(asker: Asker, action: str, value: str, user: User) -> Reply | None:
    """Raises OpsError."""
    deed = DEEDS.get(action)
    if deed is None:
        raise Refused(_("This button is not known here any more. Look at the newest message."))
    return deed(asker, user, action, value)


def ask(asker: Asker, user: User, action: str, value: str) -> None:
    """Opens the modal in which a question is answered. Raises Refused."""
    approval = current(user, bound(value))
    if why := approvals.why_not(user, approval):
        raise Refused(why)
    run = reading.run(approval.step.run)
    typed = approvals.needs_typed_name(user, approval)
    view = answers.modal(run, reading.question(approval), action == "question.approve", typed)
    opening.opened(asker.trigger, view)


def steer(asker: Asker, user: User, action: str, value: str) -> Reply:
    """Raises Refused."""
    return steering.DEEDS[action.partition(".")[2]](user, bound(value))


def form(asker: Asker, user: User, action: str, value: str) -> Reply | None:
    """Raises OpsError."""
    name, filled, source = opening.carried(bindings.loaded(value))
    book = starting.known_book(name)
    opening.opened(asker.trigger, opening.made(source or asker.source, user, book, filled))
    return None


def bound(value: str) -> Bound:
    """Raises Refused."""
    found = bindings.read(value)
    if found is None:
        raise Refused(_("This button is not known here any more. Look at the newest message."))
    return found


def current(user: User, bound: Bound) -> Approval:
    """The open question that was shown. Raises Refused: it is closed, another one, or not to be seen by this person."""
    rows = Approval.objects.select_related("answered_by", *(f"step__run__{name}" for name in reading.BESIDE))
    mine: Any = rights.visible(rows, user, "step__run__environment")
    found: Approval | None = mine.filter(pk=bound.approval, step__run=bound.run).first()
    if found is None:
        raise Refused(_("There is no such question, or you may not see it."))
    if (found.number, found.digest) != (bound.number, bound.digest):
        raise Refused(_("What is asked now is not what you were shown. Look at the newest message."))
    if found.status != OPEN:
        raise Refused(approvals.closed(found))
    return found


DEEDS: Mapping[str, Callable[[Asker, User, str, str], Reply | None]] = {
    "question.approve": ask,
    "question.reject": ask,
    "run.cancel": steer,
    "run.retry": steer,
    "run.form": form,
}
