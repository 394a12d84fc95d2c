"""Questions to people: who may answer, and what an answer does. The first answer wins."""

from datetime import timedelta
from functools import partial
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from . import audit, flow, redaction, rights
from .contexts import Ask, digest
from .errors import Refused
from .models import Approval, Step, Vote
from .turns import Turn, take
from .words import format_lazy, gettext_lazy

OPEN = Approval.Status.OPEN


def new(turn: Turn, step: Step, question: Ask) -> Approval:
    """The row of a question, not saved yet."""
    environment = turn.run.environment
    seconds = environment.approval_hours * 3600 if question.seconds is None else question.seconds
    return Approval(
        step=step,
        number=step.approvals.count() + 1,
        question=question.question[:300],
        shown=dict(question.shown),
        digest=digest(dict(question.shown)),
        other_person=question.other_person,
        needed=environment.approvals_needed if question.other_person else 1,
        asked_at=turn.now,
        expires_at=turn.now + timedelta(seconds=seconds),
    )


def requesters(approval: Approval) -> set[int]:
    """Who want what is asked about, by id: who started the run or asked for its undo, and who had that tried again."""
    undo, run = undo_of(approval.step), approval.step.run
    return {each for each in (undo.get("by_id", run.requested_by_id), run.retried_by_id) if each is not None}


def undo_of(step: Step) -> dict[str, Any]:
    """Who asked for the undo that a question of this step belongs to, as `by` and `by_id`; empty: to none."""
    gate: Step | None = step if step.gate else None
    if step.phase == Step.Phase.UNDO:
        gate = step.run.steps.filter(gate=True).order_by("-position").first()
    return gate.input if gate and "by_id" in gate.input else {}


def why_not(user: Any, approval: Approval) -> str:
    """Why this person may not answer, in a sentence; empty when nothing stands against it."""
    run = approval.step.run
    if not rights.may_answer(user, run.environment):
        return _("You don't have the right to answer approvals.")
    if needs_typed_name(user, approval) and not run.environment.requester_may_approve:
        return against_requester(user, approval.step)
    if approval.other_person and not rights.is_approver(user, run.environment):
        return _("Only members of %(group)s answer here.") % {"group": run.environment.approvers}
    if any(vote.by_id == user.pk for vote in approval.votes.all()):
        return _("You have approved this. It needs others too.")
    return ""


def against_requester(user: Any, step: Step) -> str:
    """Why who wants it does not answer alone."""
    if user.pk == undo_of(step).get("by_id"):
        return _("You asked for this undo: another person has to answer.")
    if user.pk == step.run.retried_by_id:
        return _("You had this run tried again: another person has to answer.")
    return _("You started this run: another person has to answer.")


def needs_typed_name(user: Any, approval: Approval) -> bool:
    """Whether this person is a requester, who answers in a one-person team alone and types the environment's name."""
    return bool(approval.other_person and user.pk in requesters(approval))


def answer(approval_id: int, by: Any, approve: bool, reason: str = "", typed_name: str = "") -> Approval:
    """Answer a question. Raises Refused: answered already, expired, or not by this person."""
    approval = Approval.objects.select_related("step").get(pk=approval_id)
    reason = redaction.kept(reason)
    return take(approval.step.run_id, lambda turn: _answer(turn, approval_id, by, approve, reason, typed_name))


def _answer(turn: Turn, approval_id: int, by: Any, approve: bool, reason: str, typed_name: str) -> Approval:
    approval = Approval.objects.select_related("step__run__environment", "answered_by").get(pk=approval_id)
    check(turn, approval, by, approve, reason, typed_name)
    Vote.objects.create(
        approval=approval, by_id=by.pk, approve=approve, reason=reason, digest=approval.digest, at=turn.now
    )
    count = len(standing(approval))
    if not approve or count >= approval.needed:
        close(turn, approval, Approval.Status.APPROVED if approve else Approval.Status.REJECTED, by, reason)
    turn.say(voted(approval, approve, by, reason, count), "info" if approve else "warning", approval.step)
    told = {"step": approval.step.key, "question": approval.question, "reason": reason, "typed_name": typed_name}
    audit.record("question.approve" if approve else "question.reject", turn.run, by, told)
    turn.state_changed = True
    return approval


def standing(approval: Approval) -> list[Vote]:
    """The approving votes that count: those of people who still may give them."""
    environment = approval.step.run.environment
    votes = approval.votes.filter(approve=True).select_related("by")
    allowed = [vote for vote in votes if rights.may_answer(vote.by, environment)]
    return [vote for vote in allowed if rights.is_approver(vote.by, environment) or not approval.other_person]


def voted(approval: Approval, approve: bool, by: Any, reason: str, count: int) -> "Promise":
    """The line of a vote."""
    if not approve:
        return format_lazy(gettext_lazy("Rejected by {who}: “{reason}”"), who=by, reason=reason)
    of = f" ({count}/{approval.needed})" if approval.needed > 1 else ""
    said = gettext_lazy("Approved by {who}{of}: “{reason}”") if reason else gettext_lazy("Approved by {who}{of}.")
    return format_lazy(said, who=by, of=of, reason=reason)


def withdraw_votes(of: Any) -> None:
    """What this person approved counts no more where the question is still open: their account has ended."""
    rows = Vote.objects.filter(by=of, approve=True, approval__status=OPEN).select_related("approval__step")
    for vote in rows:
        take(vote.approval.step.run_id, partial(_withdraw, vote))


def _withdraw(vote: Vote, turn: Turn) -> None:
    if Vote.objects.filter(pk=vote.pk, approval__status=OPEN).delete()[0]:
        said = gettext_lazy("The approval of {who} counts no more: their account has ended.")
        turn.say(format_lazy(said, who=vote.by), "warning", vote.approval.step)
        turn.state_changed = True


def closed(approval: Approval) -> str:
    """That the question is closed, how, and by whom where it was a person."""
    words = {"status": approval.get_status_display().lower(), "who": approval.answered_by}
    if approval.answered_by is None:
        return _("This question is closed: %(status)s.") % words
    return _("This question is closed: %(status)s by %(who)s.") % words


def check(turn: Turn, approval: Approval, by: Any, approve: bool, reason: str, typed_name: str) -> None:
    """Everything that stands against an answer. Raises Refused."""
    if approval.status != OPEN:
        raise Refused(closed(approval))
    if approval.expires_at <= turn.now:
        raise Refused(_("This question expired unanswered."))
    if against := why_not(by, approval):
        raise Refused(against)
    environment = turn.run.environment
    if approve and needs_typed_name(by, approval) and typed_name != environment.name:
        raise Refused(_("Type “%(name)s” to approve what you asked for yourself.") % {"name": environment.name})
    if not approve and not reason.strip():
        raise Refused(_("Say why you reject it."))


def close(turn: Turn, approval: Approval, status: str, by: Any, reason: str) -> None:
    """End the question by compare-and-set and wake its step with the answer. Raises Refused when it was closed."""
    open_ = Approval.objects.filter(pk=approval.pk, status=OPEN)
    if not open_.update(status=status, answered_by=by and by.pk, answered_at=turn.now, reason=reason):
        raise Refused(_("This question was answered in the meantime."))
    approval.refresh_from_db()
    approved = status == Approval.Status.APPROVED
    names = [str(vote.by) for vote in standing(approval)] if approved else [str(by)] if by else []
    said = {
        "approved": approved,
        "by": ", ".join(names),
        "reason": reason,
        "digest": approval.digest,
        "expired": status == Approval.Status.EXPIRED,
    }
    if not Step.objects.filter(pk=approval.step_id, status=Step.Status.ASKING).update(answer=said):
        raise Refused(_("The step does not wait for this answer any more."))
    flow.wake(turn, [approval.step_id])
    flow.settle_run(turn)


def expire(run_id: int, step_id: int) -> None:
    """Reject the open question of this step when its time is over; otherwise nothing."""
    take(run_id, lambda turn: _expire(turn, step_id))


def _expire(turn: Turn, step_id: int) -> None:
    rows = Approval.objects.select_related("step__run").filter(step=step_id, status=OPEN, expires_at__lte=turn.now)
    for approval in rows:
        close(turn, approval, Approval.Status.EXPIRED, None, "")
        turn.say(gettext_lazy("Rejected: nobody answered in time."), "warning", approval.step)
