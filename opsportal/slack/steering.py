"""Cancelling and trying again: what was typed as a command at once, what was read out of a sentence after a press."""

from django.contrib.auth.models import User

from .. import clock, rights, runs
from ..errors import Refused
from ..models import Environment, Run
from ..words import gettext as _
from . import reading, replays, status_words
from .asking import Asker
from .bindings import Bound
from .escaping import link
from .looking import Reply, seen
from .requests import Request


def asked(asker: Asker, user: User, request: Request) -> Reply:
    """Raises Refused."""
    run = seen(user, request.run)
    rights.require_start(user, run.environment)
    if request.environment not in ("", run.environment.name):
        words = {"n": run.pk, "place": run.environment.name, "other": request.environment}
        raise Refused(_("Run {n} is in {place}, not in {other}.").format(**words))
    if request.sure and (request.verb == "cancel" or replays.first(f"retry:{asker.source}")):
        return DEEDS[request.verb](user, Bound(run.pk))
    return Reply(status_words.sure(reading.run(run), request.verb, clock.now()))


def cancel(user: User, bound: Bound) -> Reply:
    """Repeating it changes nothing. Raises Refused."""
    run = seen(user, bound.run)
    runs.cancel(run.pk, user)
    return told(run, _("{run} is being cancelled."))


def retry(user: User, bound: Bound) -> Reply:
    """Only what the person has seen fail. Raises Refused."""
    run = seen(user, bound.run)
    runs.retry(run.pk, user, bound.line)
    return told(run, _("{run} goes on from what failed."))


def told(run: Run, text: str) -> Reply:
    about: Environment = run.environment
    return Reply(status_words.note(text.format(run=link(reading.page(run), _("Run {n}").format(n=run.pk)))), about)


DEEDS = {"cancel": cancel, "retry": retry}
