"""What is asked to run: started at once where all is said, and otherwise put into a form that says what is missing."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib.auth.models import User

from .. import catalog, contexts, rights, runs
from ..catalog import Runbook
from ..errors import Refused
from ..models import Environment, Run
from ..words import gettext as _
from . import modals, opening, start_words, swept
from .asking import Asker
from .looking import Reply, place
from .requests import Request

SWEPT_AT_ONCE = 5  # environments, where a sweep names none
SWEEP = "sweep"


def start(asker: Asker, user: User, request: Request) -> Reply | None:
    """Start it, or ask for what is missing; None: a form has been opened. Raises OpsError."""
    book = known_book(request.runbook)
    modals.require_no_secret(book.params, request.params)
    where = places(asker, user, request, book)
    if not where or modals.missing(book.params, request.params) or not said(request, book):
        return opening.form(asker, user, book, form_of(request, where))
    given = modals.values(book.params, request.params)
    started = [begin(book.name, each, given, user, asker.source) for each in where]
    return Reply(start_words.started(started, answers(request, where)), where[0] if len(where) == 1 else None)


def known_book(name: str) -> Runbook:
    """Raises Refused."""
    book = catalog.runbook(name)
    if book is None:
        raise Refused(_("There is no runbook “{name}” any more.").format(name=name[:80]))
    return book


def said(request: Request, book: Runbook) -> bool:
    """Whether it may start as it is: what changes something is started only where it was typed with its environment."""
    return not book.changes or (request.sure and bool(request.environment))


def places(asker: Asker, user: User, request: Request, book: Runbook) -> list[Environment]:
    """Where it is to run: as named, where it is asked, or a sweep wherever this person may. Raises Refused."""
    if found := place(user, asker, request):
        return [found]
    if book.name != SWEEP:
        return []
    mine = list(rights.environments(user, rights.OPERATE).order_by("name")[: SWEPT_AT_ONCE + 1])
    return mine if len(mine) <= SWEPT_AT_ONCE else []


def form_of(request: Request, where: Sequence[Environment]) -> opening.Filled:
    return opening.Filled(where[0].name if len(where) == 1 else "", request.params)


def begin(name: str, where: Environment, given: Mapping[str, Any], user: User, source: str) -> Run:
    """The same request with the same content is the same run, however often it arrives. Raises Invalid, Refused."""
    key = contexts.digest([source, name, where.pk, dict(given)])
    return runs.start(name, where, given, user, f"slack:{key}")


def answers(request: Request, where: Sequence[Environment]) -> list[start_words.Known]:
    """What is known already of what a cost sweep answers with."""
    return [swept.known(each) for each in where] if swept.asked(request.params) and request.runbook == SWEEP else []
