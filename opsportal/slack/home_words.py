"""The view of the App Home. Slack docs: Home tab views."""

from collections.abc import Sequence
from datetime import datetime

from ..words import gettext as _
from . import status_words, who_words
from .blocks import Block, context, header
from .escaping import link
from .seen import QuestionSeen, RunSeen
from .views import View


def view(
    asked: Sequence[tuple[RunSeen, QuestionSeen]],
    mine: Sequence[RunSeen],
    ended: Sequence[RunSeen],
    url: str,
    now: datetime,
) -> View:
    """Questions for this person, their runs under way, and those that ended last. `url`: of the portal."""
    blocks = [
        header(_("Questions for you")),
        *(block for run, question in asked for block in status_words.question(run, question)),
        *([] if asked else [context(_("Nothing waits for you."))]),
        header(_("Your runs")),
        *(status_words.runs(mine, now) or [context(_("None is under way."))]),
        header(_("Ended last")),
        *(status_words.runs(ended, now) or [context(_("None yet."))]),
        context(link(url, _("Open the portal"))),
    ]
    return {"type": "home", "blocks": blocks}


def stranger(url: str) -> View:
    """To somebody whom the portal does not know. `url`: of the page where they say who they are."""
    blocks: list[Block] = who_words.stranger(url).blocks
    return {"type": "home", "blocks": blocks}
