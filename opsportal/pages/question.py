"""The question a run asks, as one person sees it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from .. import approvals, redaction, rights
from ..models import Approval, Step
from . import changes, names
from .facts import Facts
from .yields import APART, spelled


@dataclass(frozen=True)
class Question:
    """`against`: why this person may not answer. `typed`: they have to type the environment's name.

    `requesters`: names of who want what is asked about.
    """

    approval: Approval
    counts: Sequence[changes.Count]
    shown: Sequence[changes.Change]
    folded: Sequence[changes.Change]
    facts: Sequence[tuple[str, str]]
    against: str
    answerers: str
    typed: bool
    requesters: str


def questions(facts: Facts, user: Any) -> list[Question]:
    """The open questions of the run, the first asked first."""
    kinds = {row.other_person: row for row in facts.questions if approvals.why_not(user, row)}
    others = {other_person: answerers(row) for other_person, row in kinds.items()}
    return [question(row, user, others.get(row.other_person, "")) for row in facts.questions]


def together(found: Sequence[Question]) -> list[Question]:
    """The questions this person may approve in one go: none that replaces or removes what holds data."""
    calm = [each for each in found if not each.against and not each.typed and not any(c.hot for c in each.shown)]
    return calm if len(calm) > 1 else []


def question(approval: Approval, user: Any, others: str) -> Question:
    seen = redaction.data(approval.shown)
    known = changes.read(seen.get("changes"))
    shown, folded = changes.split(known)
    against = approvals.why_not(user, approval)
    return Question(
        approval=approval,
        counts=changes.tally(known) if known else [],
        shown=shown,
        folded=folded,
        facts=[(label(name), spelled(value)) for name, value in seen.items() if name not in APART and value],
        against=against,
        answerers=others if against else "",
        typed=not against and approvals.needs_typed_name(user, approval),
        requesters=requesters(approval.step),
    )


def requesters(step: Step) -> str:
    """The names of `approvals.requesters`."""
    undo, run = approvals.undo_of(step), step.run
    names = [undo.get("by") or run.requested_by or run.caller, run.retried_by]
    return ", ".join(dict.fromkeys(str(name) for name in names if name))


def label(name: str) -> str:
    """The name of a fact as it is read, such as “Change set”."""
    return names.said(name).capitalize()


def answerers(approval: Approval, most: int = 5) -> str:
    """Names of people who may answer this question; empty when nobody else may."""
    environment = approval.step.run.environment
    people = rights.answerers(environment, members=approval.other_person)
    if approval.other_person and not environment.requester_may_approve:
        people = people.exclude(pk__in=approvals.requesters(approval))
    people = people.exclude(pk__in=[vote.by_id for vote in approval.votes.all()])
    names = [str(person) for person in people[: most + 1]]
    return ", ".join(names[:most]) + (_(" and others") if len(names) > most else "")
