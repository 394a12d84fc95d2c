"""The modal that an answer to a question is given in, with its reason, and what it says when sent."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..words import gettext as _
from . import bindings, folding, stakes, views
from .bindings import Bound
from .blocks import Block, context, entry, plain_text, section
from .escaping import escape_line, link, size
from .seen import QuestionSeen, RunSeen
from .views import View, view

ANSWER = "question.answer"
REASON, TYPED = "reason", "typed"
BLOCKS = {"": REASON, "reason": REASON, "typed_name": TYPED}  # where `views.errors` puts what is wrong
LONGEST = 2_000  # characters of a reason
ROOM = 9_000  # of what is at stake


@dataclass(frozen=True)
class Answered:
    """`bound`: the question that was shown, compared with the row before anything is done."""

    bound: Bound
    approve: bool
    reason: str
    typed_name: str


def modal(seen: RunSeen, question: QuestionSeen, approve: bool, types_name: bool = False) -> View:
    """Asks for the reason, with what is at stake in view. `types_name`: the requester of a one-person team types it."""
    title = _("Approve") if approve else _("Reject")
    known = [section(f"*{escape_line(question.question, 600)}*"), *at_stake(question, seen.url)]
    where = context(f"{escape_line(seen.title, 100)} · {escape_line(seen.environment, 60)}")
    asked = [own_name(seen.environment)] if approve and types_name else []
    metadata = bindings.written(bindings.of_question(seen, question), answer="approve" if approve else "reject")
    return view(ANSWER, title, [*known, where, *asked, reason(approve)], metadata, title)


def at_stake(question: QuestionSeen, url: str) -> list[Block]:
    """All of it, as far as there is room; how much more there is, and where."""
    heads = [stakes.tally(question.stakes)] if question.stakes else []
    lines = [*heads, *map(stakes.line, question.stakes), *(stakes.fact(*each) for each in question.facts)]
    kept: list[str] = []
    left = ROOM
    for each in lines:
        left -= size(each) + 1
        if left < 0:
            break
        kept.append(each)
    hidden = len(lines) - len(kept)
    return folding.sections([*kept, folding.portal(url)(hidden) if hidden else link(url, _("Open in the portal"))])


def own_name(environment: str) -> Block:
    label = _("Type “{name}” to approve what you asked for yourself").format(name=environment)
    return entry(TYPED, label, {"type": "plain_text_input"}, optional=False)


def reason(approve: bool) -> Block:
    """A rejection says why."""
    shown = plain_text(_("It is shown with the answer."), 150)
    element = {"type": "plain_text_input", "multiline": True, "max_length": LONGEST, "placeholder": shown}
    return entry(REASON, _("Reason"), element, optional=approve)


def answered(submitted: Mapping[str, Any]) -> Answered | None:
    """What a modal that was sent answers; None: it is none of these."""
    metadata = submitted.get("private_metadata", "")
    bound, answer = bindings.read(metadata), bindings.loaded(metadata).get("answer")
    if submitted.get("callback_id") != ANSWER or bound is None or bound.approval is None:
        return None
    if answer not in ("approve", "reject"):
        return None
    texts = views.texts(submitted)
    return Answered(bound, answer == "approve", texts.get(REASON, "").strip(), texts.get(TYPED, "").strip())
