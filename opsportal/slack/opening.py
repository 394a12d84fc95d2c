"""Opening views: the form of a runbook, and the question that is answered. A trigger is good for three seconds."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.urls import reverse

from .. import rights
from ..catalog import Runbook
from ..errors import Refused
from ..words import gettext as _
from . import limits, modals, start_words
from .asking import Asker
from .client import client
from .escaping import size
from .looking import Reply
from .replies import FAILED, why
from .views import View

FORM = start_words.MORE


@dataclass(frozen=True)
class Filled:
    """What a form begins with; `params` are texts as its controls hold them."""

    environment: str = ""
    params: Mapping[str, str] = field(default_factory=dict)


def form(asker: Asker, user: User, book: Runbook, filled: Filled) -> Reply | None:
    """Opens the form; a message to the bot has no trigger and is answered with a button that does.

    Raises Refused, Invalid.
    """
    if not rights.may_start(user):
        raise Refused(_("You don’t have the right to start runs. An administrator can give it to you."))
    if not asker.trigger:
        return Reply(start_words.offer(book, filled.environment, button(asker, book, filled), address(book, filled)))
    opened(asker.trigger, made(asker.source, user, book, filled))
    return None


def made(source: str, user: User, book: Runbook, filled: Filled) -> View:
    """Raises Invalid: it does not fit into a modal."""
    places = list(rights.environments(user, rights.OPERATE).order_by("name").values_list("name", flat=True))
    return modals.modal(book, places, filled.environment, filled.params, address(book, filled), source)


def address(book: Runbook, filled: Filled) -> str:
    """The same form in the portal, without what is typed."""
    page = settings.PUBLIC_URL + reverse("admin:opsportal_run_add")
    return f"{page}?runbook={book.name}" + (f"&environment={filled.environment}" if filled.environment else "")


def button(asker: Asker, book: Runbook, filled: Filled) -> str:
    """What the button carries; empty where it is too long for one."""
    known = {"runbook": book.name, "environment": filled.environment, "params": dict(filled.params)}
    text = json.dumps(known | {"source": asker.source}, ensure_ascii=False)
    return text if size(text) <= limits.VALUE else ""


def carried(value: dict[str, Any]) -> tuple[str, Filled, str]:
    """The runbook, the beginning of its form and the source that a button carried; what is none of ours is empty."""
    texts = {
        name: text if isinstance(text := value.get(name), str) else "" for name in ("runbook", "environment", "source")
    }
    given = value.get("params")
    params = {str(name): str(each) for name, each in given.items()} if isinstance(given, dict) else {}
    return texts["runbook"], Filled(texts["environment"], params), texts["source"]


def opened(trigger: str, view: View) -> None:
    """Raises Refused. Slack docs: views.open."""
    try:
        client().views_open(trigger_id=trigger, view=view)
    except FAILED as error:
        said = _("Slack did not open the form: {error}. Try again.")
        raise Refused(said.format(error=why(error))) from error
