"""The middle of a deployment: wait for the change set, show it to a person where that is due, execute it."""

from collections.abc import Mapping, Sequence
from typing import Any

from opsportal.contexts import Ask, Level, Outcome, Wait, digest
from opsportal.errors import Denied, Gone, StepFailed
from opsportal.words import gettext as _
from opsportal.words import ngettext
from tasks.aws import cloudformation, cloudformation_changes
from tasks.aws.cloudformation_types import ChangeSet

from . import changes, looks, propose, template, withdraw
from .changes import Change
from .decide import Verdict, at_rest, judge
from .job import BEFORE, Job
from .template import Resource

VISIBLE = 5.0  # seconds a change set just made may be invisible


def review(job: Job) -> Outcome:
    """Look at the change set and do what its status calls for."""
    notes, answer = job.notes, job.ctx.answer
    if answer is not None and not answer.approved and answer.digest == notes.asked:
        text = _("{stack} was not changed: {why}")
        return give_up(job, text.format(stack=job.wanted.name, why=propose.rejection(job)))
    try:
        found = cloudformation.change_set(job.aws, job.wanted.region, notes.change_set)
    except Gone:
        early = not notes.seen and job.now - notes.proposed_at < VISIBLE
        return Wait(0.5, _("the change set is not visible yet")) if early else again(job)
    notes.seen = True
    verdict = judge(found.status, found.execution, found.reason)
    if verdict is Verdict.WAIT:
        return propose.being_made(job)
    if verdict is Verdict.BROKEN:
        return give_up(job, propose.broken(job, found.reason), found.reason)
    act = {Verdict.EMPTY: empty, Verdict.AGAIN: again, Verdict.RUNNING: running}
    return act[verdict](job) if verdict in act else ready(job, found)


def give_up(job: Job, why: str, cause: str = "") -> Outcome:
    """End the step with this reason, once its change set is taken away."""
    job.notes.leaving, job.notes.cause = why, cause
    return withdraw.leave(job)


def again(job: Job) -> Wait:
    """The change set no more fits the stack: make another, which is shown again."""
    text = _("The change set of {stack} is out of date: making another.")
    job.ctx.say(text.format(stack=job.wanted.name), "warning")
    job.forget_change_set()
    return Wait(0.2, _("making another change set"))


def empty(job: Job) -> Outcome:
    """Nothing to change after all."""
    cloudformation_changes.delete_change_set(job.aws, job.wanted.region, job.notes.change_set)
    stack = cloudformation.stack(job.aws, job.wanted.region, job.notes.stack_id)
    if stack is None:
        job.forget_change_set()
        return Wait(1, _("the stack was just deleted"))
    return propose.unchanged(job, stack)


def running(job: Job) -> Wait:
    """It was executed: at an earlier look that did not end, or in an earlier try."""
    if job.ctx.try_no > 1:
        stack = cloudformation.stack(job.aws, job.wanted.region, job.notes.stack_id)
        if stack is None or at_rest(stack.status):
            job.forget_change_set()
            return Wait(0, _("looking at the stack again"))
    job.notes.executed_at = job.now
    return Wait(0, _("following the change"))


def ready(job: Job, found: ChangeSet) -> Outcome:
    """Ask where a person has to see the changes first; execute what was approved, and nothing else."""
    listed = changes.classify(found.changes, *resources(job))
    tell(job, listed)
    if job.ctx.environment.protected or any(change.alarming for change in listed):
        shown = show(job, listed)
        answer = job.ctx.answer
        if answer is None or answer.digest != digest(shown):
            job.notes.asked = digest(shown)
            return Ask(question(job, listed), shown)
    return execute(job)


def resources(job: Job) -> tuple[Mapping[str, Resource], Mapping[str, Resource]]:
    """The resources before and after, as far as the templates can be read."""
    earlier: dict[str, Any] = job.ctx.memory.get(BEFORE, {})
    return template.resources(earlier.get("template", "")), template.resources(job.wanted.template)


def tell(job: Job, listed: Sequence[Change]) -> None:
    """Say what would change, once for each change set."""
    if job.notes.prepared:
        return
    job.notes.prepared = max(job.now - job.notes.proposed_at, 0.001)
    job.notes.of, job.notes.counts = len(listed), changes.counts(listed)
    level: Level = "warning" if any(change.alarming for change in listed) else "info"
    shown = [changes.as_json(change) for change in listed]
    text = _("{stack}: {changes}.").format(stack=job.wanted.name, changes=changes.sentence(listed))
    job.ctx.say(text, level, kind="changes", stack=job.wanted.name, counts=job.notes.counts, changes=shown)


def show(job: Job, listed: Sequence[Change]) -> dict[str, Any]:
    """All that the person who answers sees; bound to this very change set."""
    return {
        "stack": job.wanted.name,
        "region": job.wanted.region,
        "change_set": job.notes.change_set,
        "counts": changes.counts(listed),
        "changes": [changes.as_json(change) for change in listed],
    }


def question(job: Job, listed: Sequence[Change]) -> str:
    """What is asked, and which resources would lose their data."""
    asked = _("Change {stack}: {changes}?").format(stack=job.wanted.name, changes=changes.sentence(listed))
    lost = [change.id for change in listed if change.alarming]
    warning = ngettext("{names} would lose what it holds.", "{names} would lose what they hold.", len(lost))
    return f"{asked} {warning.format(names=', '.join(lost))}" if lost else asked


def execute(job: Job) -> Outcome:
    """Execute exactly this change set; an execution that AWS refuses as made already is looked into."""
    try:
        cloudformation_changes.execute_change_set(job.aws, job.wanted.region, job.notes.change_set)
    except Gone:
        return again(job)
    except Denied as denied:
        job.notes.missing = denied.action
        return give_up(job, denied.message)
    except StepFailed as refused:
        if refused.code not in cloudformation.ALREADY_SENT:
            return give_up(job, refused.message, refused.cause)
        return Wait(0.5, _("looking at the change set again"))
    job.notes.executed_at = job.notes.told_at = job.now
    return Wait(looks.next_look(job.notes.prepared, job.ctx.usual_seconds), _("CloudFormation is at work"))
